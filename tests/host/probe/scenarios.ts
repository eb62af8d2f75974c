// SPDX-License-Identifier: Apache-2.0
import type { ClientRequest } from "../../harness/http-client.ts";
import type { HeaderPair, ProviderReply } from "../../providers/types.ts";

/** One exchange through the probe: its script, what the client sends, what the provider answers. */
export interface Scenario {
  name: string;
  script: string;
  /** Both sides speak HTTP/2. */
  http2?: boolean;
  request?: Partial<ClientRequest>;
  reply: ProviderReply;
  bufferLimitBytes?: number;
}

const text = (body: string, headers: HeaderPair[] = []): ProviderReply => ({
  status: 200,
  headers: [["content-type", "text/plain"], ...headers],
  chunks: [Buffer.from(body)],
});

const everywhere =
  "len 0; len 1; read 0 0 5; read 1 0 5; get 0 :path; get 2 :status; get 1 x; get 3 x; mapsize 0; mapsize 2";
const refused = "get 4 x; get 5 x; get 6 :status; get 7 x; get 9 x; len 4; len 5; len 6; len 7; len 9; read 7 0 9";
const attributes = [
  "prop request/path; prop request/url_path; prop request/query; prop request/host; prop request/method",
  "prop request/headers/x-a; prop request/protocol; prop request/size; prop request/scheme; prop request/useragent",
  "prop response/code; prop response/code_details; prop response/flags; prop response/headers/content-type",
  "prop xds/route_name; prop xds/cluster_name; prop xds/route_metadata/filter_metadata/probe/text",
  "prop xds/route_metadata/filter_metadata/probe/number; prop xds/route_metadata/filter_metadata/probe/yes",
  "prop xds/route_metadata/filter_metadata/none/text; prop xds/route_metadata/filter_metadata/probe/map/deep",
  "prop xds/route_metadata/filter_metadata/probe/map; prop xds/route_metadata/filter_metadata/probe/list",
  "prop route_name; prop cluster_name; prop plugin_name; prop plugin_root_id; prop plugin_vm_id; prop nothing",
  "prop connection/mtls; prop request/nothing; prop request/path/deeper",
].join("; ");

/** Gives every callback of an exchange the same operations. */
function inAll(operations: string, own: Record<string, string> = {}): string {
  const callbacks =
    "configure request_headers request_headers_end request_body_end response_headers response_body_end log done delete";
  return callbacks
    .split(" ")
    .map((callback) => `${callback}: ${[operations, own[callback]].filter(Boolean).join("; ")}`)
    .join("\n");
}

/** What the client sends in a scenario. */
export function toRequest({ request = {} }: Scenario): ClientRequest {
  const chunks = request.chunks ?? [Buffer.from("hello")];
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const framing: HeaderPair[] = size > 0 && !request.trailers ? [["content-length", String(size)]] : [];
  return {
    method: "POST",
    path: "/start?a=b",
    authority: "gateway.example",
    ...request,
    headers: [["x-a", "one"], ["user-agent", "test"], ...framing, ...(request.headers ?? [])],
    chunks,
  };
}

/** Every scenario of the conformance test. */
export const scenarios: Scenario[] = [
  { name: "passes-through", script: inAll(everywhere), reply: text("answer") },
  { name: "passes-through-http2", script: inAll(everywhere), http2: true, reply: text("answer") },
  {
    name: "holds-headers",
    script: inAll(everywhere, { request_headers: "return 1", response_headers: "return 1" }),
    reply: text("answer"),
  },
  { name: "refused-types", script: inAll(refused), reply: text("answer") },
  { name: "attributes", script: inAll(attributes), reply: text("answer") },
];
