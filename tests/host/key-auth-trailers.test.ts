// SPDX-License-Identifier: Apache-2.0
// What key-auth takes out of headers must not come back as a trailer: some servers merge the two.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ProxyHost } from "./proxy-host.ts";

const configuration = {
  keys: ["apikey"],
  consumers: [
    { name: "free", credential: "key-free" },
    { name: "bound", credential: "key-bound", models: ["m"] },
  ],
};

/** The trailers that the provider receives. */
function trailersOf(config: object, key: string, path = "/v1/chat/completions", body = '{"model":"m"}'): unknown {
  const host = new ProxyHost("build/key-auth.wasm");
  const context = host.configure("key-auth", JSON.stringify(config));
  assert.ok(context);
  const stream = host.stream(context, { downstreamHttp2: true, upstreamHttp2: true });
  const headers: [string, string][] = [
    [":method", "POST"],
    [":path", path],
    [":authority", "gateway.example"],
    ["apikey", key],
  ];
  stream.requestHeaders(headers, false);
  if (body) stream.requestBody(Buffer.from(body), false);
  stream.requestTrailers([
    ["x-mse-consumer", "forged"],
    ["x-t", "v"],
    ["x-mse-consumer", "forged again"],
  ]);
  host.check();
  if (!stream.upstream.headers) return stream.details;
  assert.equal(stream.upstream.bodyBytes.toString(), body);
  return stream.upstream.trailers?.pairs();
}

describe("the trailers of a request behind key-auth", () => {
  const off = { ...configuration, global_auth: false };
  const cases: [name: string, config: object, key: string][] = [
    ["of a consumer", configuration, "key-free"],
    ["of a consumer whose body was read", configuration, "key-bound"],
    ["that nobody checks", off, "none"],
    ["that no configuration is about", { _rules_: [{ _match_route_: ["other"], ...configuration }] }, "none"],
  ];
  for (const [name, config, key] of cases) {
    it(`name no consumer: ${name}`, () => assert.deepEqual(trailersOf(config, key), [["x-t", "v"]]));
  }

  it("may come without a body, which names no model", () => {
    assert.deepEqual(trailersOf(configuration, "key-bound", "/v1/models", ""), [["x-t", "v"]]);
    assert.deepEqual(trailersOf(configuration, "key-bound", "/anything", ""), [["x-t", "v"]]);
    assert.equal(trailersOf(configuration, "key-bound", "/v1/chat/completions", ""), "key-auth.model_not_readable");
  });
});
