// SPDX-License-Identifier: Apache-2.0
// chatgpt-proxy calls out for every answer, which cases cannot say.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HttpCallout } from "./callouts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost, type CalloutReply } from "./proxy-host.ts";

const KEY = "sk-test-of-the-provider";
const article = { apiKey: KEY, model: "curie", promptParam: "text" };

/** One request up to the call that it makes. */
function ask(config: object, path: string, clusters?: string[]) {
  const host = new ProxyHost("build/chatgpt-proxy.wasm", clusters ? { clusters } : {});
  const context = host.configure("chatgpt-proxy", JSON.stringify(config));
  assert.ok(context, "the configuration is accepted");
  const stream = host.stream(context);
  const headers: [string, string][] = [
    [":method", "GET"],
    [":path", path],
    [":authority", "gateway.example"],
    ["authorization", "Bearer of-the-client"],
  ];
  stream.requestHeaders(headers, true);
  host.check();
  const call = host.callouts[0] as HttpCallout | undefined;
  return { host, stream, call };
}

/** The call of a request that makes one. */
function callOf(config: object, path: string, clusters?: string[]): HttpCallout {
  const { call } = ask(config, path, clusters);
  assert.ok(call, "a call was made");
  return call;
}

/** What the client has of an answer. */
function answered(reply: CalloutReply): HttpStream {
  const { host, stream, call } = ask(article, "/?text=Say,hello");
  assert.ok(call);
  host.answer(call, reply);
  return stream;
}

const promptOf = (path: string, config: object = article): unknown =>
  (JSON.parse(callOf(config, path).body.toString()) as { prompt: unknown }).prompt;

describe("the call of chatgpt-proxy", () => {
  it("asks for a completion with the key of the gateway", () => {
    const call = callOf(article, "/?text=Say,hello");
    assert.equal(call.cluster, "upstream");
    assert.equal(call.timeoutMs, 10_000);
    assert.deepEqual(call.headers.pairs(), [
      [":method", "POST"],
      [":path", "/v1/completions"],
      [":authority", "api.openai.com"],
      ["content-type", "application/json"],
      ["authorization", `Bearer ${KEY}`],
    ]);
    assert.deepEqual(JSON.parse(call.body.toString()), {
      model: "curie",
      prompt: "Say,hello",
      temperature: 0.9,
      max_tokens: 150,
      top_p: 1,
      frequency_penalty: 0,
      presence_penalty: 0.6,
      stop: [" Human:", " AI:"],
    });
  });

  it("has the defaults, also where a text is empty", () => {
    const empty = { model: "", promptParam: "", HumanId: "", HumainId: "", AIId: "" };
    const [short, long] = [{ apiKey: KEY }, { apiKey: KEY, ...empty }].map((c) => callOf(c, "/a/b?prompt=hi"));
    assert.deepEqual(long.headers.pairs(), short.headers.pairs());
    assert.deepEqual(long.body, short.body);
    assert.equal((JSON.parse(short.body.toString()) as { model: string }).model, "text-davinci-003");
  });

  const addresses: [uri: string, host: string, path: string][] = [
    ["api.openai.com/v1/completions", "api.openai.com", "/v1/completions"],
    ["https://h.example/v1/completions", "h.example", "/v1/completions"],
    ["HTTP://127.0.0.1:8000/", "127.0.0.1:8000", "/"],
    ["https://[::1]:8443/openai/completions?api-version=1", "[::1]:8443", "/openai/completions?api-version=1"],
  ];
  for (const [chatgptUri, authority, path] of addresses) {
    it(`goes to ${chatgptUri}`, () => {
      const { headers } = callOf({ ...article, chatgptUri }, "/?text=hi");
      assert.equal(headers.get(":authority"), authority);
      assert.equal(headers.get(":path"), path);
    });
  }

  it("goes to the cluster that is named", () => {
    assert.equal(callOf({ ...article, cluster: "models" }, "/?text=hi", ["models"]).cluster, "models");
  });

  it("stops at the names of both sides, in either spelling", () => {
    const stops = (config: object): unknown =>
      (JSON.parse(callOf({ ...article, ...config }, "/?text=hi").body.toString()) as { stop: unknown }).stop;
    assert.deepEqual(stops({ HumanId: 'Q"', AIId: "答:" }), [' Q"', " 答:"]);
    assert.deepEqual(stops({ HumainId: "Q:" }), [" Q:", " AI:"]);
    assert.deepEqual(stops({ HumanId: "H:", HumainId: "Q:" }), [" H:", " AI:"]);
  });

  it("carries the prompt as it was meant", () => {
    assert.equal(promptOf('/?text=a"b\\n&text=%E4%BD%A0'), 'a"b\\n');
    assert.equal(promptOf("/?x=1&text=%E4%BD%A0+%2B%0A%00%22%5C"), '你 +\n\0"\\');
    assert.equal(promptOf("/?t%65xt=a%26b=c#text=d"), "a&b=c");
    assert.equal(promptOf("/?text=%FF%F0%9F%98%80"), "\ufffd😀");
    assert.equal(promptOf("/?%E9%97%AE=hi", { ...article, promptParam: "问" }), "hi");
    assert.equal(promptOf(`/?text=${"%22".repeat(20_000)}`), '"'.repeat(20_000));
  });

  it("is refused where the cluster is not known", () => {
    const { host, stream, call } = ask({ ...article, cluster: "missing" }, "/?text=hi");
    assert.equal(call, undefined);
    assert.equal(stream.client.headers?.get(":status"), "500");
    assert.equal(stream.client.bodyBytes.toString(), "Internal Error: the call could not be sent");
    assert.equal(stream.details, "chatgpt-proxy.request_failed");
    assert.match(host.vm.logs.at(-1)?.text ?? "", /the cluster "missing"/);
  });
});

describe("the answer of chatgpt-proxy", () => {
  for (const status of [200, 401, 429, 504]) {
    it(`is the provider's, with ${status}`, () => {
      const body = JSON.stringify({ status });
      const { client, details } = answered({
        status,
        body,
        headers: [
          ["content-type", "application/json"],
          ["content-length", "999"],
          ["transfer-encoding", "chunked"],
          ["connection", "close"],
          ["x-ai-model", "of-the-provider"],
          ["retry-after", "7"],
          ["set-cookie", "a=1"],
          ["set-cookie", "b=2"],
        ],
      });
      assert.deepEqual(client.headers?.pairs(), [
        [":status", String(status)],
        ["x-ai-model", "curie"],
        ["content-type", "application/json"],
        ["retry-after", "7"],
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
        ["content-length", String(body.length)],
      ]);
      assert.equal(client.bodyBytes.toString(), body);
      assert.equal(details, "chatgpt-proxy.forward");
    });
  }

  it("does not tell a model that is no header", () => {
    const { host, stream, call } = ask({ ...article, model: "a\r\nx-other: 1" }, "/?text=hi");
    assert.ok(call);
    host.answer(call, { body: "{}" });
    assert.equal(stream.client.headers?.get(":status"), "200");
    assert.doesNotMatch(JSON.stringify(stream.client.headers?.pairs()), /x-ai-model|x-other/);
  });

  it("may have no body, and any bytes in it", () => {
    assert.equal(answered({ status: 204 }).client.bodyBytes.length, 0);
    const bytes = Buffer.from([0, 255, 10, 13, 128]);
    assert.deepEqual(answered({ body: bytes }).client.bodyBytes, bytes);
  });

  it("survives more headers than a reply can carry", () => {
    const headers = Array.from({ length: 200 }, (_, i): [string, string] => [`x-${i}`, "v"]);
    assert.equal(answered({ headers, body: "{}" }).client.headers?.get("x-62"), "v");
  });

  it("is 502 where the provider broke off, and 504 where time ran out", () => {
    for (const [wait, status, why] of [
      [10, "502", "no_answer"],
      [10_000, "504", "timeout"],
    ] as const) {
      const { host, stream, call } = ask(article, "/?text=hi");
      assert.ok(call);
      host.advance(wait);
      host.fail(call);
      assert.equal(stream.client.headers?.get(":status"), status);
      assert.equal(stream.details, `chatgpt-proxy.${why}`);
    }
  });

  it("is dropped where the client has gone", () => {
    const { host, stream, call } = ask(article, "/?text=hi");
    assert.ok(call);
    stream.clientReset();
    host.answer(call, { body: "late" });
    assert.equal(stream.client.headers, null);
    assert.deepEqual(host.callouts, []);
  });

  it("leaves no word of key, prompt or answer in the log", () => {
    const { host, call } = ask(article, "/?text=secretprompt");
    assert.ok(call);
    host.answer(call, { status: 401, body: "secretanswer" });
    const lines = host.vm.logs.map(({ text }) => text).join("\n");
    assert.doesNotMatch(lines, /sk-test|of-the-client|secret/);
  });
});

describe("the provider's key", () => {
  const escaped = KEY.replaceAll("-", "\\u002d");
  const headers: [string, string][] = [
    ["www-authenticate", `Bearer realm="${KEY}"`],
    ["set-cookie", `a=${KEY}`],
    ["set-cookie", "b=c"],
    ["x-ai-provider", "forged"],
    ["x-mse-consumer", "forged"],
    ["x-envoy-ratelimited", "true"],
  ];

  for (const status of [200, 401]) {
    it(`reaches no client in an answer with status ${status}, plain or escaped, nor in its headers`, () => {
      const { client } = answered({ status, headers, body: `{"error":"bad ${KEY}, ${escaped}"}` });
      const stars = "*".repeat(KEY.length);
      assert.equal(client.headers?.get(":status"), String(status));
      assert.equal(client.bodyBytes.toString(), `{"error":"bad ${stars}, ${"*".repeat(escaped.length)}"}`);
      const pairs = client.headers!.pairs();
      assert.deepEqual(
        pairs.filter(([name]) => ["www-authenticate", "set-cookie"].includes(name)),
        [
          ["www-authenticate", `Bearer realm="${stars}"`],
          ["set-cookie", `a=${stars}`],
          ["set-cookie", "b=c"],
        ],
      );
      for (const name of ["x-ai-provider", "x-mse-consumer", "x-envoy-ratelimited"])
        assert.equal(client.headers?.get(name), undefined, name);
    });
  }

  it("reaches no client in an error that is compressed", () => {
    const { client, details } = answered({
      status: 401,
      headers: [["content-encoding", "gzip"]],
      body: `\u001f${KEY}`,
    });
    assert.equal(details, "chatgpt-proxy.unreadable_error");
    assert.equal(client.headers?.get(":status"), "401");
    assert.equal(client.headers?.get("content-encoding"), undefined);
    assert.equal(client.bodyBytes.toString(), "The provider's error is compressed, and could not be read.\n");
  });
});
