// SPDX-License-Identifier: Apache-2.0
// The guards use a filter object for one stream after the other: nothing of a stream shows in the next one.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import type { RootContext } from "./contexts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

const POST: HeaderPair[] = [
  [":method", "POST"],
  [":path", "/v1/chat/completions"],
  [":authority", "gateway.example"],
];
const UPGRADE: HeaderPair[] = [
  [":method", "GET"],
  [":path", "/v1/realtime"],
  [":authority", "gateway.example"],
  ["upgrade", "websocket"],
  ["connection", "upgrade"],
];

function start(plugin: string, config: object): { host: ProxyHost; context: RootContext } {
  const host = new ProxyHost(`build/${plugin}.wasm`, { logLevel: "warn" });
  const context = host.configure(plugin, JSON.stringify(config));
  assert.ok(context);
  return { host, context };
}

/** The host calls that a piece of a request's body leads to. */
function callsOf(host: ProxyHost, stream: HttpStream, piece: string): string[] {
  const names: string[] = [];
  host.vm.onHostCall = (name) => void names.push(name);
  stream.requestBody(Buffer.from(piece), false);
  host.vm.onHostCall = null;
  return names;
}

describe("a filter that is used again", () => {
  it("key-auth: reads no body for a consumer without models after one with models", () => {
    const consumers = [
      { name: "alice", credential: "key-a" },
      { name: "bob", credential: "key-b", models: ["m*"] },
    ];
    const { host, context } = start("key-auth", { keys: ["x-api-key"], consumers });
    const bob = host.stream(context);
    bob.requestHeaders([...POST, ["x-api-key", "key-b"]], false);
    bob.requestBody(Buffer.from('{"mod'), false);
    bob.clientReset();
    const alice = host.stream(context);
    alice.requestHeaders([...POST, ["x-api-key", "key-a"]], false);
    assert.deepEqual(callsOf(host, alice, '{"model":"x"}'), []);
    assert.ok(!alice.isOver);
    alice.clientReset();
    host.check();
  });

  it("request-block: searches no WebSocket after a body, and no body for the end of a word of the one before", () => {
    const { host, context } = start("request-block", { block_bodies: ["evil"] });
    const first = host.stream(context);
    first.requestHeaders(POST, false);
    first.requestBody(Buffer.from("ev"), false);
    first.clientReset();
    const socket = host.stream(context);
    socket.requestHeaders(UPGRADE, false);
    assert.deepEqual(callsOf(host, socket, "evil"), []);
    assert.ok(!socket.isOver);
    socket.clientReset();
    const next = host.stream(context);
    next.requestHeaders(POST, false);
    next.requestBody(Buffer.from("il"), false);
    assert.ok(!next.isOver);
    next.requestBody(Buffer.from(" is evil"), true);
    assert.ok(next.isOver);
    host.check();
  });

  it("model-router: reads no upload, no WebSocket and no other body for the model that the one before did not end", () => {
    const { host, context } = start("model-router", { refuseDuplicateModels: true });
    const first = host.stream(context);
    first.requestHeaders(POST, false);
    first.requestBody(Buffer.from(`{"a": {"model": "${"x".repeat(600)}`), false);
    first.clientReset();
    const upload = host.stream(context);
    upload.requestHeaders([POST[0], [":path", "/v1/files"], POST[2]], false);
    assert.deepEqual(callsOf(host, upload, `"}, "model": "evil"}`), []);
    upload.clientReset();
    const form = host.stream(context);
    form.requestHeaders([...POST, ["content-type", "multipart/form-data; boundary=x"]], false);
    form.requestBody(Buffer.from("--x\r\nContent-Disposition: form-data; name=model\r\n\r\none"), false);
    form.clientReset();
    const next = host.stream(context);
    next.requestHeaders(POST, false);
    next.requestBody(Buffer.from(`{"model": "two", "messages": []}`), true);
    assert.equal(next.upstream.headers?.get("x-higress-llm-model"), "two");
    host.check();
  });

  it("model-mapper: maps the model of its own body alone", () => {
    const { host, context } = start("model-mapper", { modelMapping: { one: "mapped" } });
    const first = host.stream(context);
    first.requestHeaders(POST, false);
    first.requestBody(Buffer.from(`{"model": "o`), false);
    first.clientReset();
    const next = host.stream(context);
    next.requestHeaders(POST, false);
    next.requestBody(Buffer.from(`ne", "model": "one"}`), true);
    assert.equal(next.upstream.body.toString(), `ne", "model": "one"}`);
    host.check();
  });

  it("key-rate-limit: releases a slot once, and shows no limit on a stream that has none", () => {
    const limit_keys = [{ key: "*", query_per_day: 9, concurrent: 1 }];
    const { host, context } = start("key-rate-limit", {
      limit_by_header: "x-api-key",
      limit_keys,
      show_limit_quota_header: true,
    });
    const key: HeaderPair = ["x-api-key", "a"];
    for (let round = 0; round < 3; round++) {
      const counted = host.stream(context);
      counted.requestHeaders([...POST, key], true);
      assert.ok(!counted.isOver, `round ${round}`);
      const refused = host.stream(context);
      refused.requestHeaders([...POST, key], true);
      assert.ok(refused.isOver, `round ${round}`);
      counted.clientReset();
      const free = host.stream(context);
      free.requestHeaders(POST, true);
      const names: string[] = [];
      host.vm.onHostCall = (name) => void names.push(name);
      free.responseHeaders([[":status", "200"]], true);
      host.vm.onHostCall = null;
      assert.deepEqual(names, [], `round ${round}`);
    }
    host.check();
  });
});
