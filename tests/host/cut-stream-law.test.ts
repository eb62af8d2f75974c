// SPDX-License-Identifier: Apache-2.0
// A stream that ai-token-ratelimit cuts reaches the client as whole events with one end, wherever it is cut, and the same however its bytes are
// cut into chunks.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eventsIn, PROTOCOLS, sseOf, type StreamedProtocol } from "./cut-stream-protocols.ts";
import type { RootContext } from "./contexts.ts";
import { runStream } from "./exchange.ts";
import { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";
import type { HostRoute } from "./routes.ts";

const LIMITS = Array.from({ length: 48 }, (_, i) => i + 1);
const config = {
  rule_name: "law",
  rule_items: [
    {
      limit_by_per_header: "x-key",
      limit_keys: LIMITS.map((tokens) => ({ key: `regexp:^${tokens}-`, token_per_hour: tokens })),
    },
  ],
  cut_stream: true,
  reserve: "none",
};
const routes: HostRoute[] = [{ name: "all", match: { prefix: "/" }, cluster: "upstream" }];

/** What a client gets that has a limit of its own, of this many tokens. */
type BodyOf = (tokens: number, chunks: Buffer[]) => string;

function gatewayFor({ path, request }: StreamedProtocol): BodyOf {
  let calls = 0;
  let host: ProxyHost;
  let root: RootContext;
  return (tokens, chunks) => {
    // Among more keys than these, two may share a counter in the memory of an Envoy.
    if (calls++ % 500 === 0) {
      host = new ProxyHost("build/ai-token-ratelimit.wasm", { logLevel: "error" });
      root = host.configure("ai-token-ratelimit", JSON.stringify(config))!;
    }
    const http = new HttpStream(
      { downstream: [{ vm: host.vm, root }], upstream: [] },
      { routes, clusters: [{ name: "upstream" }] },
    );
    const body = Buffer.from(JSON.stringify(request));
    const headers: [string, string][] = [
      ["content-type", "application/json"],
      ["content-length", String(body.length)],
      ["x-key", `${tokens}-${calls}`],
    ];
    const { response } = runStream(
      host,
      http,
      { method: "POST", path, authority: "gateway.example", chunks: [body], headers },
      { answer: () => ({ status: 200, headers: [["content-type", "text/event-stream"]], chunks, end: "clean" }) },
    );
    assert.equal(response.status, 200);
    return response.body.toString();
  };
}

const bytesOf = (all: Buffer): Buffer[] => Array.from(all, (_, at) => all.subarray(at, at + 1));
const halvesOf = (all: Buffer): Buffer[][] =>
  Array.from(all, (_, at) => [all.subarray(0, at), all.subarray(at)]).slice(1);
/** A CR that ends a chunk ends the event: the LF behind it is a part of nothing, and may be left out. */
const plain = (text: string): string => text.replaceAll(/\r\n?/g, "\n").replaceAll("\n\n\n", "\n\n");

for (const protocol of PROTOCOLS)
  describe(`a stream of ${protocol.name}`, () => {
    const bodyOf = gatewayFor(protocol);
    let middle = 0;

    it("is whole with every limit", () => {
      const text = sseOf(protocol.events, "\n");
      const all = Buffer.from(text);
      const ended = protocol.ending(protocol.events);
      let before = 0;
      let cuts = 0;
      for (const tokens of LIMITS) {
        const body = bodyOf(tokens, [all]);
        const events = eventsIn(body);
        const passed = events.findIndex((event, i) => JSON.stringify(event) !== JSON.stringify(protocol.events[i]));
        const isCut = passed >= 0;
        const count = isCut ? passed : events.length;
        assert.notEqual(protocol.ending(events) === ended, isCut);
        assert.ok(count >= before, "a larger limit does not cut before");
        assert.ok(isCut || body === text);
        if (isCut && count > before && ++cuts === 4) middle = tokens;
        before = count;
        assert.equal(bodyOf(tokens, bytesOf(all)), body);
      }
      assert.ok(cuts > 6, `${cuts} places`);
      assert.equal(before, protocol.events.length, "the largest limit is enough");
    });

    for (const [name, lineEnd] of [
      ["LF", "\n"],
      ["CRLF", "\r\n"],
    ])
      it(`is the same for every cut into chunks (${name})`, () => {
        const all = Buffer.from(sseOf(protocol.events, lineEnd));
        const whole = plain(bodyOf(middle, [all]));
        assert.ok(middle && whole.length < all.length);
        for (const chunks of [bytesOf(all), ...halvesOf(all)]) assert.equal(plain(bodyOf(middle, chunks)), whole);
      });
  });
