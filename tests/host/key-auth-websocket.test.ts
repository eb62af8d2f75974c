// SPDX-License-Identifier: Apache-2.0
// A WebSocket has no body whose end could be waited for: it goes on at once, or is refused at once.
import assert from "node:assert/strict";
import { it } from "node:test";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

const configuration = {
  keys: ["apikey"],
  consumers: [
    { name: "free", credential: "key-free" },
    { name: "bound", credential: "key-bound", models: ["gpt-realtime"] },
  ],
};

/** The stream of an upgrade behind its headers. */
function upgrade(key: string, path: string): HttpStream {
  const host = new ProxyHost("build/key-auth.wasm");
  const context = host.configure("key-auth", JSON.stringify(configuration));
  assert.ok(context);
  const stream = host.stream(context);
  const headers: [string, string][] = [
    [":method", "GET"],
    [":path", path],
    [":authority", "gateway.example"],
    ["connection", "Upgrade"],
    ["upgrade", "WebSocket"],
    ["apikey", key],
  ];
  stream.requestHeaders(headers, false);
  host.check();
  return stream;
}

const cases: [key: string, path: string, details: string | null][] = [
  ["key-free", "/anything", null],
  ["key-bound", "/v1/realtime?model=gpt-realtime", null],
  ["key-bound", "/v1/realtime?model=gpt-4o-realtime", "key-auth.model_not_allowed"],
  ["key-bound", "/v1/realtime", "key-auth.model_not_readable"],
  ["key-bound", "/anything", "key-auth.model_not_readable"],
  ["key-none", "/v1/realtime?model=gpt-realtime", "key-auth.unauthorized"],
];
for (const [key, path, details] of cases) {
  it(`key-auth ${details ? `refuses (${details})` : "lets through"} a WebSocket to ${path} with ${key}`, () => {
    const stream = upgrade(key, path);
    assert.equal(stream.upstream.headers !== null, details === null);
    if (details) assert.equal(stream.details, details);
  });
}
