// SPDX-License-Identifier: Apache-2.0
// Headers that are held for a body which the host never hands over, because the filter's configuration lacks an option.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RootContext } from "./contexts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

const SECOND = 1000;
const filters: [plugin: string, configuration: object][] = [
  ["ai-proxy", { provider: { type: "openai", apiToken: "sk-test-openai" } }],
  [
    "key-auth",
    {
      consumers: [{ name: "c", credential: "k", models: ["m"] }],
      ...{ keys: ["x-key"], in_header: true, global_auth: true },
    },
  ],
  ["request-block", { block_bodies: ["forbidden"] }],
  ["model-router", {}],
  ["model-mapper", { modelMapping: { a: "b" } }],
  ["ai-cache", { share: "route", wait_timeout: 0 }],
  ["ai-history", {}],
  ["ai-data-masking", { deny_words: ["forbidden"] }],
  ["ai-prompt-decorator", { prepend: [{ role: "user", content: "a" }] }],
  ["ai-prompt-guard", { deny_patterns: ["forbidden"] }],
  ["ai-prompt-template", { templates: [{ name: "a", template: {} }] }],
  ["ai-search", { defaultEnable: false, searchFrom: [{ type: "searxng", cluster: "upstream" }] }],
  [
    "ai-security-guard",
    {
      ...{ serviceName: "safety.static", servicePort: 80, serviceHost: "safety.example" },
      ...{ accessKey: "key-of-aliyun", secretKey: "secret-of-aliyun", checkRequest: true },
    },
  ],
  ["fallback", { targets: [{ name: "other" }] }],
];
const chat = Buffer.from('{"model":"m","messages":[{"role":"user","content":"hi"}]}');

for (const [plugin, configuration] of filters)
  describe(`headers that ${plugin} holds`, () => {
    const start = (): { host: ProxyHost; context: RootContext } => {
      const host = new ProxyHost(`build/${plugin}.wasm`, { logLevel: "warn" });
      const context = host.configure(plugin, JSON.stringify(configuration));
      assert.ok(context);
      return { host, context };
    };
    const open = (host: ProxyHost, context: RootContext, holdsHeaders: boolean): HttpStream => {
      const stream = host.stream(context, { holdsHeaders });
      if (plugin === "ai-history")
        stream.filterState.set("ai_consumer", { value: Buffer.from("ann"), readonly: false, span: 1 });
      stream.requestHeaders(
        [
          [":method", "POST"],
          [":path", "/v1/chat/completions"],
          [":authority", "gateway.example"],
          ["content-type", "application/json"],
          ["x-key", "k"],
        ],
        false,
      );
      host.check();
      return stream;
    };
    const status = (stream: HttpStream): string | undefined => stream.client.headers?.get(":status");

    it("are answered without the option, once the body has come and a second look has found it", () => {
      const { host, context } = start();
      const slow = open(host, context, false);
      const fast = open(host, context, false);
      fast.requestBody(chat, true);
      host.advance(SECOND);
      assert.deepEqual([slow, fast].map(status), [undefined, undefined]);
      host.advance(SECOND);
      assert.deepEqual([slow, fast].map(status), [undefined, "500"]);
      assert.equal(fast.details, `${plugin}.missing_allow_on_headers_stop_iteration`);
      assert.match(fast.client.bodyBytes.toString(), /allow_on_headers_stop_iteration: true must be set/);
      host.advance(60 * SECOND);
      assert.equal(status(slow), undefined);
      slow.requestBody(chat.subarray(0, 1), false);
      host.advance(2 * SECOND);
      assert.equal(status(slow), "500");
      assert.equal(host.vm.logs.filter(({ text }) => text.includes("allow_on_headers_stop_iteration")).length, 1);
    });

    it("are watched until one body has come, and as long as any is waited for", () => {
      const { host, context } = start();
      assert.equal(context.tickPeriodMs, 0);
      const gone = open(host, context, true);
      const waiting = open(host, context, true);
      assert.ok(context.tickPeriodMs > 0);
      gone.clientReset();
      host.advance(60 * SECOND);
      assert.ok(context.tickPeriodMs > 0);
      waiting.clientReset();
      host.advance(SECOND);
      assert.equal(context.tickPeriodMs, 0);
      const other = open(host, context, true);
      const whole = open(host, context, true);
      whole.requestBody(chat, true);
      assert.equal(context.tickPeriodMs, 0);
      host.advance(60 * SECOND);
      assert.equal(status(other), undefined);
      other.requestBody(chat, true);
      assert.deepEqual(
        [other, whole].map(({ upstream }) => upstream.end),
        ["clean", "clean"],
      );
      const late = open(host, context, true);
      assert.equal(context.tickPeriodMs, 0);
      late.clientReset();
    });

    it("are forgotten where Envoy itself has answered", () => {
      const { host, context } = start();
      const streams = Array.from({ length: 5 }, () => open(host, context, false));
      streams[1].upstreamReset();
      streams[4].upstreamReset();
      host.check();
      for (const stream of streams) stream.requestBody(chat, true);
      host.advance(2 * SECOND);
      for (const index of [0, 2, 3]) assert.equal(status(streams[index]), "500");
      for (const stream of streams) stream.clientReset();
      host.advance(SECOND);
      assert.equal(context.tickPeriodMs, 0);
    });

    it("and the rest of a large body is waited for, however slow it is", () => {
      const { host, context } = start();
      const begin = Buffer.from(`{${" ".repeat(40_000)}`);
      const bodies = [0, 30].map((seconds) => {
        const stream = open(host, context, true);
        stream.requestBody(begin, false);
        assert.ok(context.tickPeriodMs > 0);
        host.advance(seconds * SECOND);
        assert.equal(context.tickPeriodMs > 0, seconds === 0);
        stream.requestBody(chat.subarray(1, 9), false);
        host.advance(seconds * SECOND);
        stream.requestBody(chat.subarray(9), true);
        host.advance(2 * SECOND);
        assert.equal(context.tickPeriodMs, 0);
        assert.equal(stream.upstream.end, "clean");
        return stream.upstream.bodyBytes.toString();
      });
      assert.equal(bodies[1], bodies[0]);
    });

    it("are answered, as many as they are", () => {
      const { host, context } = start();
      const streams = Array.from({ length: 2_500 }, () => open(host, context, false));
      for (const stream of streams) stream.requestBody(chat, true);
      host.advance(20 * SECOND);
      assert.ok(streams.every((stream) => status(stream) === "500"));
      assert.equal(context.tickPeriodMs, 0);
    });
  });
