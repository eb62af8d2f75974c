// SPDX-License-Identifier: Apache-2.0
import type { ClientRequest } from "../../../harness/http-client.ts";
import type { ProviderReply } from "../../../providers/types.ts";
import type { HostCluster } from "../../clusters.ts";
import { pieces, script, text } from "./scenario.ts";

/** One request through downstream probes, the router and the probes in its chain; scripts stand in the chain's order. */
export interface RouterScenario {
  name: string;
  down?: string[];
  up?: string[];
  /** Where every route leads; default `first`. */
  cluster?: string;
  /** Envoy's own `Route.route`, beside the cluster. */
  action?: Record<string, unknown>;
  request?: Partial<ClientRequest>;
  /** What the upstream answers, in the order of requests. */
  replies: ProviderReply[];
  /** The client leaves as soon as the body holds this text. */
  leaveAt?: string;
  /** Passes through the downstream chain; default 1. */
  passes?: number;
}

/** The clusters of all scenarios. `dead` refuses connections. */
export const routerClusters: HostCluster[] = [
  { name: "first", endpointMetadata: { probe: { id: "one" } }, metadata: { probe: { of: "cluster one" } } },
  { name: "second", endpointMetadata: { probe: { id: "two" } }, metadata: { probe: { of: "cluster two" } } },
  { name: "dead", refuses: true, endpointMetadata: { probe: { id: "none" } } },
  { name: "first-second", members: ["first", "second"], metadata: { probe: { of: "both" } } },
  { name: "dead-second", members: ["dead", "second"] },
];

const PREVIOUS = "type.googleapis.com/envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig";

/** A retry policy that moves to the next member of an aggregate cluster after each attempt. */
const retry = (on: string, more: Record<string, unknown> = {}) => ({
  retry_policy: {
    retry_on: on,
    num_retries: 2,
    retry_back_off: { base_interval: "0.001s" },
    retry_priority: {
      name: "envoy.retry_priorities.previous_priorities",
      typed_config: { "@type": PREVIOUS, update_frequency: 1 },
    },
    ...more,
  },
});
const redirect = {
  internal_redirect_policy: {
    redirect_response_codes: [307],
    max_internal_redirects: 1,
    response_headers_to_copy: ["x-copied"],
  },
};

const CALLBACKS =
  "request_headers request_headers_end request_body request_body_end response_headers response_headers_end response_body response_body_end log done delete";

/** The same operations in every callback of a stream, and some callbacks with more. */
const all = (operations: string, own: Record<string, string> = {}): string =>
  script(
    Object.fromEntries(
      [...new Set([...CALLBACKS.split(" "), ...Object.keys(own)])].map((callback) => [
        callback,
        [operations, own[callback]].filter(Boolean).join("; "),
      ]),
    ),
  );

const seen = "get 0 :path; get 0 x-more; get 2 :status; prop response/code_details";
const where = [
  "prop upstream/address; prop xds/cluster_name; prop xds/route_name",
  "prop xds/upstream_host_metadata/filter_metadata/probe/id; prop xds/cluster_metadata/filter_metadata/probe/of",
].join("; ");
const busy = text("busy", { status: 503 });
const limited = text("limited", { status: 429 });
const held = { request_headers: "return 1", request_body: "return 1" };
const toOther = "set 2 :status 307; set 2 location http://gateway.example/other/x; add 2 x-copied yes";

/** The router's chain: attempts, targets, redirects, the end. */
export const routerScenarios: RouterScenario[] = [
  { name: "one-attempt", down: [all(seen)], up: [all(`${seen}; ${where}`)], replies: [text("answer")] },
  { name: "downstream-sees-the-target-later", down: [all(where)], up: [], replies: [text("answer")] },
  {
    name: "two-in-each-chain",
    down: [all("get 0 x-a"), all("get 0 x-b", { request_headers: "add 0 x-b 1" })],
    up: [
      all("get 0 x-b", { response_headers: "add 2 x-first 1" }),
      all("get 2 x-first", { request_headers: "add 0 x-c 1" }),
    ],
    replies: [text("answer")],
  },
  {
    name: "header-only",
    down: [all(seen)],
    up: [all(`${seen}; ${where}`)],
    request: { method: "GET", chunks: [] },
    replies: [{ status: 204, headers: [], chunks: [] }],
  },
  {
    name: "retried-after-5xx",
    action: retry("5xx"),
    down: [all(seen, { request_body: "write 0 0 99 DOWN!" })],
    up: [all(`${seen}; ${where}`, { request_headers: "add 0 x-more 1", request_body_end: "read 0 0 99" })],
    replies: [busy, text("answer")],
  },
  {
    name: "retried-with-a-changed-body",
    action: retry("5xx"),
    up: [
      all(seen, {
        request_headers: "set 0 :path /changed; del 0 content-length; return 1",
        request_body: "return 1",
        request_body_end: "read 0 0 99; write 0 0 99 another",
      }),
    ],
    replies: [busy, text("answer")],
  },
  {
    name: "retries-run-out",
    action: retry("5xx"),
    down: [all(seen)],
    up: [all(seen, { response_body: "write 1 0 99 BUSY" })],
    replies: [busy, busy, busy],
  },
  {
    name: "retried-by-a-header",
    action: retry("retriable-headers", { retriable_headers: [{ name: "x-again", present_match: true }] }),
    up: [
      all("prop tried; get 2 :status", {
        request_headers: "prop tried",
        response_headers: "setprop tried 1; get 2 x-again",
      }),
    ],
    replies: [text("first", { headers: [["x-again", "1"]] }), text("answer")],
  },
  {
    name: "retried-by-a-status",
    action: retry("retriable-status-codes", { retriable_status_codes: [429] }),
    cluster: "first-second",
    down: [all("prop response/code")],
    up: [all(`${where}; prop response/code`)],
    replies: [limited, text("answer")],
  },
  {
    name: "retried-after-a-held-response",
    action: retry("5xx"),
    down: [all("get 2 :status")],
    up: [
      all("get 2 :status", {
        response_headers: "return 1",
        response_body: "return 1",
        response_body_end: "read 1 0 99; set 2 x-held 1",
      }),
    ],
    replies: [busy, text("answer")],
  },
  {
    name: "made-retriable-by-the-filter",
    action: retry("retriable-status-codes", { retriable_status_codes: [429] }),
    up: [all(seen, { response_headers: "set 2 :status 429" })],
    replies: [text("one"), text("two"), text("three")],
  },
  {
    name: "refused-connection",
    cluster: "dead",
    down: [all(seen)],
    up: [all(`${seen}; ${where}`)],
    replies: [],
  },
  {
    name: "refused-connection-of-a-whole-body",
    cluster: "dead",
    down: [all("len 0", held)],
    up: [all("len 0", held)],
    replies: [],
  },
  {
    name: "refused-then-the-next-target",
    action: retry("connect-failure,reset"),
    cluster: "dead-second",
    down: [all("prop response/code", held)],
    up: [all(`${seen}; ${where}`, held)],
    replies: [text("answer")],
  },
  {
    name: "reset-before-headers",
    action: retry("reset"),
    up: [all(`${seen}; prop response/code`)],
    replies: [text("", { end: "refuse" }), text("answer")],
  },
  {
    name: "reset-before-headers-without-retry",
    down: [all(seen)],
    up: [all(seen)],
    replies: [text("", { end: "refuse" })],
  },
  {
    name: "cut-stream",
    down: [all(seen)],
    up: [all(seen)],
    replies: [text("", { chunks: pieces("half"), end: "cut" })],
  },
  {
    name: "client-leaves",
    down: [all(seen, { log: "prop response/code" }), all("prop response/code")],
    up: [all("prop response/code")],
    replies: [text("", { chunks: pieces("half"), end: "hang" })],
    leaveAt: "half",
  },
  {
    name: "redirected",
    passes: 2,
    action: redirect,
    down: [
      all("prop plain; prop kept; prop xds/route_name", {
        configure: "declare kept 0 1 1",
        request_headers: "get 0 x-copied; get 0 x-more; get 0 :path; setprop plain 1; return 1",
        request_body: "return 1",
        request_body_end: "read 0 0 99; write 0 0 5 DOWN!",
        log: "prop response/code_details; prop response/code",
      }),
    ],
    up: [
      all("prop plain; prop kept; prop xds/route_name", {
        configure: "declare kept 0 1 1",
        request_headers: "add 0 x-more up; del 0 content-length; return 1",
        request_body: "return 1",
        request_body_end: "read 0 0 99; write 0 0 99 UP",
        response_headers: `setprop kept 2; get 2 :status; ${toOther}`,
      }),
    ],
    replies: [limited, text("answer")],
  },
  {
    name: "redirect-of-the-provider",
    passes: 2,
    action: redirect,
    down: [all("get 0 :path; get 0 x-envoy-original-url; get 2 :status; prop response/code_details")],
    up: [all("get 0 :path; get 2 :status")],
    replies: [text("", { status: 307, headers: [["location", "http://gateway.example/other/y?z=1"]] }), text("answer")],
  },
  {
    name: "replies-to-request-headers",
    down: [all(seen)],
    up: [all(seen, { request_headers: "reply 403 probe.no refused x-b=1" })],
    replies: [],
  },
  {
    name: "replies-to-a-whole-body",
    action: retry("5xx"),
    down: [all(seen, held)],
    up: [all(seen, { ...held, request_body_end: "reply 503 probe.no refused x-b=1" })],
    replies: [],
  },
  {
    name: "replies-to-response-headers",
    action: { ...retry("5xx"), ...redirect },
    down: [all(seen)],
    up: [all(seen, { response_headers: "reply 502 probe.no replaced x-b=1" })],
    replies: [limited],
  },
  {
    name: "replies-behind-another",
    down: [all(seen), all(seen, { request_headers: "reply 403 probe.no refused x-b=1" }), all(seen)],
    replies: [],
  },
  {
    name: "replies-before-another-upstream",
    up: [all(seen, { request_headers: "reply 403 probe.no refused x-b=1" }), all(seen)],
    down: [all(seen)],
    replies: [],
  },
  {
    name: "callout-in-the-router",
    action: retry("5xx"),
    up: [
      script({
        request_headers: "call side :method=GET,:path=/side,:authority=side.example; return 4",
        callout: "context stream; get 6 x-side; set 0 x-side 1; continue 0",
        request_body_end: "len 0",
        response_headers: "get 2 :status",
      }),
    ],
    replies: [busy, text("answer")],
  },
];
