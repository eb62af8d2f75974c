// SPDX-License-Identifier: Apache-2.0
// A provider with a binary event stream and signed requests, made of the provider interface alone.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { ClientRequest } from "../../harness/http-client.ts";
import type { HttpCallout } from "../callouts.ts";
import type { RootContext } from "../contexts.ts";
import { runExchange, type Outcome } from "../exchange.ts";
import type { HttpStream } from "../http-stream.ts";
import { ProxyHost } from "../proxy-host.ts";
import { compileConverse, CONVERSE_WASM } from "./compile.ts";
import { answer, event, frame, isSigned, KEY, readChunks, streamOf } from "./mock.ts";

const provider = { type: "converse", apiToken: KEY };

function chat(more: object = {}): ClientRequest {
  const body = JSON.stringify({ model: "anthropic.claude:1", messages: [{ role: "user", content: "hi" }], ...more });
  return request("POST", "/v1/chat/completions", body);
}

function request(method: string, path: string, body = ""): ClientRequest {
  const headers: [string, string][] = body ? [["content-type", "application/json"]] : [];
  return { method, path, authority: "gateway.example", headers, chunks: body ? [Buffer.from(body)] : [] };
}

describe("a provider of the interface alone", () => {
  let host: ProxyHost;
  let context: RootContext;
  const open = (options: object = {}): ProxyHost => {
    host = new ProxyHost(CONVERSE_WASM, { logLevel: "error", clusters: ["upstream", "sessions"] });
    context = host.configure("ai-proxy", JSON.stringify({ provider: { ...provider, ...options } }))!;
    return host;
  };
  const ask = (asked: ClientRequest, stream?: Buffer[]): Outcome =>
    runExchange(host, context, asked, { answer: (received) => answer(received, stream) });
  before(async () => {
    await compileConverse();
    open();
  });

  it("signs a chat, with the model in its path, and translates the response", () => {
    const { response, received, filterState } = ask(chat());
    assert.equal(response.status, 200, response.body.toString());
    assert.equal(received!.path, "/model/anthropic.claude%3A1/converse");
    assert.deepEqual(JSON.parse(received!.body.toString()), {
      messages: [{ role: "user", content: [{ text: "hi" }] }],
    });
    const [choice] = (JSON.parse(response.body.toString()) as { choices: unknown[] }).choices;
    const message = { role: "assistant", content: "whole" };
    assert.deepEqual(choice, { index: 0, message, logprobs: null, finish_reason: "length" });
    assert.match(filterState.ai_usage, /"prompt_tokens":3,"completion_tokens":1/);
  });

  it("signs a request without a body, and one whose body is not read", () => {
    const models = ask(request("GET", "/v1/models?limit=2"));
    assert.equal(models.response.status, 200);
    assert.equal(models.received!.path, "/models?limit=2&detail=full");
    assert.equal(ask(request("PUT", "/elsewhere", "any bytes")).received!.path, "/elsewhere");
    for (const asked of [request("DELETE", "/elsewhere"), request("PUT", "/elsewhere", "any bytes")]) {
      assert.ok(isSigned(ask(asked).received!), `${asked.method} ${asked.path}`);
    }
  });

  it("signs what goes out with a prefix, a setting and the provider's own protocol", () => {
    open({ providerBasePath: "/base", protocol: "original" });
    const { received } = ask(request("POST", "/model/m/converse", '{"a":1}'));
    assert.equal(received!.path, "/base/model/m/converse");
    assert.ok(isSigned(received!));
    open();
  });

  it("is refused by the mock with any other key", () => {
    open({ apiToken: "sk-test-another" });
    const { response } = ask(chat());
    assert.equal(response.status, 403);
    assert.match(response.body.toString(), /The signature does not match\./);
    open();
  });

  it("refuses a model that is a dot segment, a form, and an API that it lacks", () => {
    for (const model of [".", ".."]) {
      const { response, received } = ask(chat({ model }));
      assert.equal(response.status, 400, model);
      assert.equal(received, null);
    }
    assert.equal(ask(request("POST", "/v1/embeddings", '{"model":"m","input":"a"}')).response.status, 404);
  });

  it("streams, and gives the same for a cut at every offset", () => {
    const bytes = Buffer.concat(streamOf(["Grüße", " und ", '"mehr" 🎈']));
    const whole = ask(chat({ stream: true }), [bytes]);
    assert.equal(whole.response.status, 200);
    assert.deepEqual(readChunks(whole.response.body), { text: 'Grüße und "mehr" 🎈', reason: "stop", last: "[DONE]" });
    assert.match(whole.filterState.ai_usage, /"prompt_tokens":7,"completion_tokens":5/);
    for (let at = 1; at < bytes.length; at++) {
      const cut = ask(chat({ stream: true }), [bytes.subarray(0, at), bytes.subarray(at)]);
      assert.deepEqual(cut.response.body, whole.response.body, `cut at ${at}`);
    }
    const single = [...bytes].map((byte) => Buffer.from([byte]));
    assert.deepEqual(ask(chat({ stream: true }), single).response.body, whole.response.body);
  });

  it("ends a stream with an error where it breaks off, at every offset", () => {
    const bytes = Buffer.concat(streamOf(["text"]).slice(0, -1));
    for (let size = 1; size < bytes.length; size++) {
      const { response } = ask(chat({ stream: true }), [bytes.subarray(0, size)]);
      const body = response.body.toString();
      assert.match(body, /The provider's stream is broken\./, `${size} bytes`);
      assert.ok(!body.includes('"finish_reason":"stop"'), `${size} bytes`);
    }
  });

  it("ends a stream with an error where any bit of it is wrong", () => {
    const bytes = Buffer.concat(streamOf(["text"]));
    for (let at = 0; at < bytes.length; at++) {
      const wrong = Buffer.from(bytes);
      wrong[at] ^= 1 << (at % 8);
      const { response } = ask(chat({ stream: true }), [wrong]);
      assert.match(response.body.toString(), /The provider's stream is broken\./, `byte ${at}`);
    }
  });

  it("makes an exception before the first event the response's status, and one behind it an event", () => {
    const exception = frame(
      { ":exception-type": "throttlingException", ":message-type": "exception" },
      { message: "Too many requests" },
    );
    const first = ask(chat({ stream: true }), [exception]).response;
    assert.equal(first.status, 429);
    assert.match(first.body.toString(), /Too many requests/);
    const text = event("contentBlockDelta", { delta: { text: "a" } });
    const later = ask(chat({ stream: true }), [text, exception]).response;
    assert.equal(later.status, 200);
    assert.match(later.body.toString(), /"content":"a"[^]*Too many requests/);
  });
});

describe("a value that a signature waits for", () => {
  let host: ProxyHost;
  let context: RootContext;
  before(async () => {
    await compileConverse();
  });
  const start = (asked: ClientRequest): HttpStream => {
    const stream = host.stream(context);
    const { method, path, authority, headers, chunks } = asked;
    const all: [string, string][] = [[":method", method], [":path", path], [":authority", authority], ...headers];
    stream.requestHeaders(all, chunks.length === 0);
    for (const chunk of chunks) stream.requestBody(chunk, true);
    host.check();
    return stream;
  };
  const open = (options: object = {}): void => {
    host = new ProxyHost(CONVERSE_WASM, { logLevel: "error", clusters: ["upstream", "sessions", "files"] });
    const config = { provider: { ...provider, sessionCluster: "sessions", ...options } };
    context = host.configure("ai-proxy", JSON.stringify(config))!;
  };
  const calls = (): HttpCallout[] => host.callouts as HttpCallout[];
  const sent = (stream: HttpStream): string | undefined => stream.upstream.headers?.get("x-security-token");
  const grant = (token: string, seconds: number): void =>
    host.answer(calls()[0], { body: JSON.stringify({ access_token: token, expires_in: seconds }) });

  it("holds requests with and without a body until it is fetched, by one POST", () => {
    open();
    const streams = [start(chat()), start(request("GET", "/v1/models"))];
    assert.deepEqual(streams.map(sent), [undefined, undefined]);
    assert.equal(calls().length, 1);
    assert.equal(calls()[0].headers.get(":method"), "POST");
    assert.match(calls()[0].body.toString(), /^account=account-7&now=\d+$/);
    grant("token-1", 60);
    host.advance(1000);
    assert.deepEqual(streams.map(sent), ["token-1", "token-1"]);
    assert.equal(sent(start(chat())), "token-1");
    assert.equal(calls().length, 0);
  });

  it("is fetched again before it expires, and never used afterwards", () => {
    open();
    start(chat());
    grant("token-1", 60);
    host.advance(46_000);
    assert.equal(calls().length, 1, "three quarters of its lifetime have passed");
    assert.equal(sent(start(chat())), "token-1");
    host.fail(calls()[0]);
    host.advance(15_000);
    const stream = start(chat());
    assert.equal(sent(stream), undefined);
    for (const call of calls()) host.answer(call, { body: '{"access_token":"token-2","expires_in":60}' });
    host.advance(1000);
    if (sent(stream) !== undefined) assert.equal(sent(stream), "token-2");
    else assert.equal(stream.client.headers?.get(":status"), "503");
    host.advance(6000);
    for (const call of calls()) host.answer(call, { body: '{"access_token":"token-2","expires_in":60}' });
    assert.equal(sent(start(chat())), "token-2");
  });

  it("refuses requests where it cannot be fetched", () => {
    open();
    const streams = [start(chat()), start(request("GET", "/v1/models"))];
    host.answer(calls()[0], { status: 500 });
    host.advance(1000);
    for (const stream of streams) {
      assert.equal(stream.client.headers?.get(":status"), "503");
      assert.equal(stream.details, "ai-proxy.credential_unavailable");
    }
  });

  it("is waited for beside the text of the chat", () => {
    open({ context: { fileUrl: "http://files.example/text", cluster: "files" } });
    const stream = start(chat());
    host.answer(calls()[0], { body: "the text" });
    assert.equal(sent(stream), undefined);
    grant("token-1", 60);
    host.advance(1000);
    assert.equal(sent(stream), "token-1");
    assert.match(stream.upstream.bodyBytes.toString(), /the text/);
  });

  it("is asked for once by a request, as the text is, however long each takes to fail", () => {
    open({ context: { fileUrl: "http://files.example/text", cluster: "files" } });
    const stream = start(chat());
    for (let rounds = 0; rounds < 4; rounds++) {
      host.advance(6000);
      for (const call of [...calls()]) host.fail(call);
    }
    host.advance(1000);
    assert.equal(stream.client.headers?.get(":status"), "503");
  });

  it("without a lifetime is kept, and one whose lifetime is a text expires", () => {
    for (const [lifetime, after] of [
      ["", "token-1"],
      [',"expires_in":null', "token-1"],
      [',"expires_in":"60"', undefined],
    ]) {
      open();
      start(chat());
      host.answer(calls()[0], { body: `{"access_token":"token-1"${lifetime}}` });
      host.advance(5000);
      assert.equal(sent(start(chat())), "token-1", lifetime);
      host.advance(56_000);
      assert.equal(sent(start(chat())), after, lifetime);
    }
  });
});
