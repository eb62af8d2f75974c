// SPDX-License-Identifier: Apache-2.0
// The calls of ai-security-guard: clients that leave while a text is checked, wrong replies, pieces, and what is logged.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HttpCallout } from "./callouts.ts";
import type { RootContext } from "./contexts.ts";
import type { HttpStream } from "./http-stream.ts";
import { findLeak } from "./leak-check.ts";
import { ProxyHost, type CalloutReply } from "./proxy-host.ts";

const KEYS = { accessKey: "planted-access-key", secretKey: "planted-secret-key" };
const TEXT = "planted-text-of-the-prompt";
const aliyun = { ...KEYS, cluster: "safety", serviceHost: "a.example", checkRequest: true, checkResponse: true };
const pass: CalloutReply = { body: '{"Code":200,"Data":{"RiskLevel":"none"}}' };
const block: CalloutReply = { body: '{"Code":200,"Data":{"RiskLevel":"high","Result":[{"Label":"a"}]}}' };

class Gateway {
  readonly host: ProxyHost;
  readonly context: RootContext;

  constructor(config: object = aliyun) {
    this.host = new ProxyHost("build/ai-security-guard.wasm", { logLevel: "trace", clusters: ["upstream", "safety"] });
    const context = this.host.configure("ai-security-guard", JSON.stringify(config));
    assert.ok(context);
    this.context = context;
  }

  /** Sends a chat whose check then waits. */
  ask(content: string = TEXT): HttpStream {
    const stream = this.host.stream(this.context);
    const body = Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content }] }));
    stream.requestHeaders(
      [
        [":method", "POST"],
        [":path", "/v1/chat/completions"],
        [":authority", "gateway.example"],
        ["content-type", "application/json"],
        ["content-length", String(body.length)],
      ],
      false,
    );
    stream.requestBody(body, true);
    this.host.check();
    return stream;
  }

  get calls(): HttpCallout[] {
    return this.host.callouts.filter((call): call is HttpCallout => call.kind === "http");
  }

  /** Replies to all calls that wait. */
  reply(reply: CalloutReply): void {
    for (const call of this.calls) this.host.answer(call, reply);
  }

  /** Sends the provider's whole response. */
  respond(stream: HttpStream, content: string): void {
    const attempt = stream.attempt;
    assert.ok(attempt);
    assert.ok(attempt.connect());
    const body = Buffer.from(JSON.stringify({ choices: [{ message: { content } }] }));
    attempt.responseHeaders(
      [
        [":status", "200"],
        ["content-type", "application/json"],
        ["content-length", String(body.length)],
      ],
      false,
    );
    attempt.responseBody(body, true);
  }
}

const contentOf = (call: HttpCallout): { content: string; sessionId: string } =>
  JSON.parse(new URLSearchParams(call.body.toString()).get("ServiceParameters") ?? "") as never;

describe("the checks of ai-security-guard", () => {
  it("end with the client of a request, and nothing is left", () => {
    const gateway = new Gateway();
    const run = (): void => {
      gateway.ask().clientReset();
      gateway.reply(block);
    };
    run();
    assert.equal(findLeak(gateway.host, run), null);
    // The next stream is not that of the late reply.
    const stream = gateway.ask();
    gateway.reply(pass);
    assert.equal(stream.isOver, false);
  });

  it("end with the client of a response, and nothing is left", () => {
    const gateway = new Gateway();
    const run = (): void => {
      const stream = gateway.ask();
      gateway.reply(pass);
      gateway.respond(stream, TEXT);
      assert.equal(gateway.calls.length, 1);
      stream.clientReset();
      gateway.reply(block);
    };
    assert.equal(findLeak(gateway.host, run), null);
  });

  it("are those of each stream, in whatever order the replies come", () => {
    const gateway = new Gateway();
    const streams = Array.from({ length: 50 }, (_, n) => gateway.ask(`text ${n}`));
    const calls = gateway.calls;
    for (const call of calls.reverse()) {
      const isOdd = Number(contentOf(call).content.split(" ")[1]) % 2 === 1;
      gateway.host.answer(call, isOdd ? block : pass);
    }
    for (const [n, stream] of streams.entries()) {
      assert.equal(stream.client.headers?.get(":status"), n % 2 === 1 ? "200" : undefined);
    }
  });

  it("cut a text between characters, in one session, and stop at the first piece that is blocked", () => {
    const gateway = new Gateway();
    const text = "界𝄞a".repeat(1000);
    const stream = gateway.ask(text);
    let seen = "";
    const sessions = new Set<string>();
    while (gateway.calls.length > 0) {
      assert.equal(gateway.calls.length, 1);
      const { content, sessionId } = contentOf(gateway.calls[0]);
      assert.ok(Buffer.byteLength(content) <= 1800 && !content.includes("\ufffd"));
      seen += content;
      sessions.add(sessionId);
      gateway.reply(pass);
    }
    assert.equal(seen, text);
    assert.equal(sessions.size, 1);
    assert.match([...sessions][0], /^[0-9a-f]{20}$/);
    assert.equal(stream.isOver, false);
    gateway.ask(text);
    gateway.reply(block);
    assert.equal(gateway.calls.length, 0);
  });

  const replies: [what: string, reply: CalloutReply | null][] = [
    ["nothing", null],
    ["an empty body", { body: "" }],
    ["no JSON", { body: "<html>" }],
    ["deep JSON", { body: "[".repeat(100_000) }],
    ["JSON of another kind", { body: '{"Code":"200","Data":[]}' }],
    ["a reply that is cut", { body: (pass.body as string).slice(0, 20) }],
    ["an error", { status: 500, body: "oops" }],
    ["two megabytes", { body: `{"Code":200,"Data":{"RiskLevel":"none"},"x":"${"x".repeat(2 << 20)}"}` }],
  ];
  for (const [what, reply] of replies) {
    it(`take ${what} for no verdict`, () => {
      for (const onError of ["pass", "block"]) {
        const gateway = new Gateway({ ...aliyun, on_error: onError });
        const stream = gateway.ask();
        if (reply) gateway.reply(reply);
        else for (const call of gateway.calls) gateway.host.fail(call);
        gateway.host.check();
        assert.equal(stream.client.headers?.get(":status"), onError === "block" ? "503" : undefined);
        if (onError === "pass") assert.ok(stream.attempt);
      }
    });
  }

  it("have no verdict without a cluster, which blocks or passes at once", () => {
    for (const onError of ["pass", "block"]) {
      const gateway = new Gateway({ ...aliyun, cluster: "missing", on_error: onError });
      const stream = gateway.ask("x".repeat(10_000));
      assert.equal(gateway.calls.length, 0);
      assert.equal(stream.client.headers?.get(":status"), onError === "block" ? "503" : undefined);
    }
  });

  it("log no key and no text, whatever comes back", () => {
    for (const reply of [pass, block, { status: 500, body: TEXT + KEYS.secretKey }, { body: TEXT }]) {
      const gateway = new Gateway();
      gateway.ask();
      gateway.reply(reply);
      const lines = gateway.host.vm.logs.map(({ text }) => text).join("\n");
      for (const secret of [TEXT, KEYS.accessKey, KEYS.secretKey]) assert.ok(!lines.includes(secret), lines);
    }
  });
});
