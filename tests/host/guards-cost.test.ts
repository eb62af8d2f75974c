// SPDX-License-Identifier: Apache-2.0
// What a request costs the guards in host calls, each of which costs Envoy more than the plugin's own code: exact numbers,
// so that a call more is noticed. The bench has the same calls without a plugin around them (tests/bench/bare).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import type { RootContext } from "./contexts.ts";
import { ProxyHost } from "./proxy-host.ts";

interface Kind {
  what: string;
  plugin: string;
  config: object;
  path?: string;
  headers?: HeaderPair[];
  body?: string;
  /** The calls of the request and its response, in their order. */
  calls: string[];
}

const ROUTE = "proxy_get_property";
const ALL = "proxy_get_header_map_pairs";
const ONE = "proxy_get_header_map_value";
const REPLY = "proxy_send_local_response";

const consumers = [
  { name: "alice", credential: "key-a" },
  { name: "bob", credential: "key-b", models: ["m*"] },
];
const keyAuth = { plugin: "key-auth", config: { keys: ["x-api-key"], consumers } };
const requestBlock = { plugin: "request-block", config: { block_urls: ["/admin"] } };
const rate = { limit_by_header: "x-api-key", limit_keys: [{ key: "*", query_per_day: 2 }] };
const COUNTED = ["proxy_get_shared_data", "proxy_get_current_time_nanoseconds", "proxy_set_shared_data"];
const MARKS = "proxy_get_property";
/** The header, and the filter state, of the consumer. */
const NAMED = ["proxy_add_header_map_value", "proxy_set_property"];
const alice: HeaderPair[] = [["x-api-key", "key-a"]];

const KINDS: Kind[] = [
  { ...keyAuth, what: "an accepted key", headers: alice, calls: [ROUTE, ALL, ...NAMED] },
  { ...keyAuth, what: "no key", calls: [ROUTE, ALL, "proxy_remove_header_map_value", REPLY] },
  {
    ...keyAuth,
    what: "a request that is not checked",
    config: { ...keyAuth.config, global_auth: false },
    calls: [ROUTE, ONE],
  },
  {
    ...keyAuth,
    what: "an accepted key where no route is asked",
    config: { ...keyAuth.config, _route_metadata_: false },
    headers: alice,
    calls: [ALL, ...NAMED],
  },
  {
    ...keyAuth,
    what: "a model in the body",
    path: "/v1/chat/completions",
    headers: [["x-api-key", "key-b"]],
    body: '{"model":"m1"}',
    // The property tells other filters which models the consumer may use.
    calls: [ROUTE, ALL, ...NAMED, "proxy_set_property", "proxy_get_buffer_bytes", ONE],
  },
  { ...requestBlock, what: "a URL that is not blocked", calls: [ROUTE, ONE] },
  { ...requestBlock, what: "a body that is not looked at", body: "{}", calls: [ROUTE, ONE] },
  { ...requestBlock, what: "a blocked URL", path: "/admin", calls: [ROUTE, ONE, REPLY] },
  {
    ...requestBlock,
    what: "URL and headers that are not blocked",
    config: { ...requestBlock.config, block_headers: ["evil"] },
    calls: [ROUTE, ALL],
  },
  { plugin: "key-rate-limit", what: "no key", config: rate, calls: [ROUTE, ONE] },
  {
    plugin: "key-rate-limit",
    what: "a counted request",
    config: rate,
    headers: alice,
    calls: [ROUTE, ONE, MARKS, ...COUNTED, "proxy_set_property"],
  },
  {
    plugin: "key-rate-limit",
    what: "an open stream",
    config: { limit_by_header: "x-api-key", limit_keys: [{ key: "*", concurrent: 2 }] },
    headers: alice,
    calls: [ROUTE, ONE, ...COUNTED, "proxy_get_shared_data", "proxy_set_shared_data"],
  },
];

describe("a request costs so many host calls", () => {
  for (const kind of KINDS) {
    it(`${kind.plugin}: ${kind.what}`, () => {
      const host = new ProxyHost(`build/${kind.plugin}.wasm`, { logLevel: "warn" });
      const context = host.configure(kind.plugin, JSON.stringify(kind.config));
      assert.ok(context);
      // The first one is of what a VM does once: it takes a lease, and asks for ticks.
      play(host, context, kind);
      const names: string[] = [];
      host.vm.onHostCall = (name) => void names.push(name);
      play(host, context, kind);
      assert.deepEqual(names, kind.calls);
      host.check();
    });
  }
});

function play(host: ProxyHost, context: RootContext, { path = "/x", headers = [], body }: Kind): void {
  const stream = host.stream(context);
  const pseudo: HeaderPair[] = [
    [":method", body === undefined ? "GET" : "POST"],
    [":path", path],
    [":authority", "gateway.example"],
  ];
  stream.requestHeaders([...pseudo, ...headers], body === undefined);
  if (body !== undefined && !stream.isOver) stream.requestBody(Buffer.from(body), true);
  if (stream.isOver) return;
  stream.responseHeaders([[":status", "200"]], true);
}
