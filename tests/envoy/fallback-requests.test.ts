// SPDX-License-Identifier: Apache-2.0
// Requests of every kind that fall back in a real Envoy, over HTTP/1.1 and HTTP/2: each target gets what the client has sent.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { send, type ClientRequest, type ClientResponse } from "../harness/http-client.ts";
import type { HeaderPair, ProviderRequest } from "../providers/types.ts";
import { chatBody, FallbackGateway, STREAM } from "./fallback-gateway.ts";

const HEADERS: HeaderPair[] = [
  ["content-type", "application/json"],
  ["apikey", "key-one"],
];

describe("what falls back", () => {
  const gateway = new FallbackGateway();
  before(() => gateway.start());
  beforeEach(() => gateway.reset());
  after(() => gateway.stop());

  const chat = (more: Partial<ClientRequest>, http2: boolean): Promise<ClientResponse> => {
    const request = { method: "POST", path: "/v1/chat/completions", authority: "gateway.example", headers: HEADERS };
    return send(gateway.port, { ...request, chunks: [chatBody("deepseek-r1")], ...more }, { http2 });
  };
  const both = (): [ProviderRequest, ProviderRequest] => {
    const [first, second] = [gateway.mocks.first.requests, gateway.mocks.second.requests];
    assert.deepEqual([first.length, second.length], [1, 1]);
    return [first[0], second[0]];
  };

  for (const http2 of [false, true]) {
    const name = http2 ? "HTTP/2" : "HTTP/1.1";

    it(`12 KB of headers, some repeated, over ${name}`, async () => {
      const many: HeaderPair[] = Array.from({ length: 40 }, (_, i) => [`x-many-${i % 30}`, `${i}`.padEnd(300, " y")]);
      const response = await chat({ headers: [...HEADERS, ...many] }, http2);
      assert.equal(response.body.toString(), STREAM.join(""));
      const [first, second] = both().map(({ headers }) => headers.filter(([key]) => key.startsWith("x-many-")));
      assert.equal(first.map(([, value]) => value).join().length > 11_000, true);
      assert.deepEqual(second, first);
    });

    it(`a request with trailers over ${name}`, async () => {
      const response = await chat({ trailers: [["x-end", "1"]] }, http2);
      assert.equal(response.body.toString(), STREAM.join(""));
      const [, second] = both();
      assert.equal((JSON.parse(second.body.toString()) as { model: string }).model, "qwq-32b");
    });

    for (const path of ["?a=%22%7B%00&b=http://x/y?z", "?q={}|^`'\"<>", "?a#b", "/?;=//"])
      it(`a path with ${path} over ${name}`, async () => {
        const response = await chat({ path: `/v1/chat/completions${path}` }, http2);
        if (response.status === 400) return assert.equal(gateway.mocks.first.requests.length, 0, "Envoy refuses it");
        assert.equal(response.status, 200, response.body.toString());
        const [first, second] = both();
        assert.equal(second.path, first.path);
      });

    for (const authority of ["[::1]:8080", "gateway.example:65535", "x_y.example:80", "a~b$c", "GATEWAY.example"])
      it(`the authority ${authority} over ${name}`, async () => {
        const response = await chat({ authority }, http2);
        assert.equal(response.status, 200, response.body.toString());
        const [first, second] = both();
        assert.equal(second.authority, first.authority);
      });
  }
});
