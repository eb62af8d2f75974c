// SPDX-License-Identifier: Apache-2.0
// envoy/ai-gateway.yaml and web pages: pages of this machine may call it, no other page reaches a provider, whatever CORS headers
// the provider sends. https://fetch.spec.whatwg.org/#http-cors-protocol
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { send, type ClientResponse } from "../harness/http-client.ts";
import type { HeaderPair } from "../providers/types.ts";
import { type EdgeGateway, startEdgeGateway } from "./edge-gateway.ts";

const PATHS = ["/v1/chat/completions", "/openai/v1/chat/completions", "/guarded/v1/chat/completions"];
const OURS = ["http://localhost", "http://localhost:3000", "https://127.0.0.1:8443", "http://[::1]:5173"];
const OTHERS = [
  ...["https://evil.example", "null", "http://localhost.evil.example", "http://127.0.0.1.evil.example:3000"],
  ...["http://evil.example/#http://localhost", "http://127x0y0z1", "http://localhost:3000@evil.example", "file://"],
];

describe("envoy/ai-gateway.yaml and web pages", () => {
  let gateway: EdgeGateway;

  before(async () => {
    gateway = await startEdgeGateway(() => ({
      ...{ status: 200, chunks: [Buffer.from("{}")] },
      headers: [["content-type", "application/json"], ["access-control-allow-origin", "*"]], // prettier-ignore
    }));
  });
  after(() => gateway?.close());

  const ask = (method: string, path: string, headers: HeaderPair[]): Promise<ClientResponse> => {
    const body = Buffer.from(JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "Hi" }] }));
    const chunks = method === "POST" ? [body] : [];
    return send(gateway.port, { method, path, authority: "gateway.example", headers, chunks });
  };
  const preflight = (path: string, origin: string): Promise<ClientResponse> =>
    ask("OPTIONS", path, [
      ["origin", origin],
      ["access-control-request-method", "POST"],
      ["access-control-request-headers", "authorization,content-type"],
    ]);
  const post = (path: string, origin: string, type: string): Promise<ClientResponse> =>
    ask("POST", path, [
      ["origin", origin],
      ["content-type", type],
      ["authorization", "Bearer YOUR_KEY_FOR_CHAT_APP"],
    ]);
  const allowed = ({ headers }: ClientResponse): string[] =>
    headers.filter(([name]) => name === "access-control-allow-origin").map(([, value]) => value);

  for (const path of PATHS) {
    for (const origin of OURS) {
      it(`lets ${origin} call ${path}`, async () => {
        const asked = gateway.provider.requests.length;
        const first = await preflight(path, origin);
        assert.deepEqual([first.status, allowed(first)], [200, [origin]]);
        assert.match(Object.fromEntries(first.headers)["access-control-allow-headers"], /authorization/);
        assert.equal(gateway.provider.requests.length, asked, "no provider is asked whether it may");
        const response = await post(path, origin, "application/json");
        assert.deepEqual([response.status, allowed(response)], [200, [origin]]);
      });
    }
    for (const origin of OTHERS) {
      it(`does not let ${origin} call ${path}`, async () => {
        const asked = gateway.provider.requests.length;
        // A browser sends requests with these types without a preflight.
        for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded"]) {
          const response = await post(path, origin, type);
          assert.deepEqual([response.status, allowed(response)], [403, []]);
        }
        assert.deepEqual(allowed(await preflight(path, origin)), []);
        assert.equal(gateway.provider.requests.length, asked);
      });
    }
  }

  it("tells a page of this machine the reason of a refusal", async () => {
    const response = await ask("GET", "/guarded/v1/models", [["origin", "http://localhost:3000"]]);
    assert.deepEqual([response.status, allowed(response)], [401, ["http://localhost:3000"]]);
  });
});
