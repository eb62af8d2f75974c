// SPDX-License-Identifier: Apache-2.0
import { inAll, pieces, script, text, type Scenario } from "./scenario.ts";

const attributes = [
  "prop request/path; prop request/url_path; prop request/query; prop request/host; prop request/method",
  "prop request/headers/x-a; prop request/protocol; prop request/scheme; prop request/useragent",
  "prop response/code; prop response/code_details; prop response/headers/content-type",
  "prop xds/route_name; prop xds/cluster_name; prop xds/route_metadata/filter_metadata/probe/text",
  "prop xds/route_metadata/filter_metadata/probe/number; prop xds/route_metadata/filter_metadata/probe/yes",
  "prop xds/route_metadata/filter_metadata/none/text; prop xds/route_metadata/filter_metadata/probe/map/deep",
  "prop xds/route_metadata/filter_metadata/probe/map; prop xds/route_metadata/filter_metadata/probe/list",
  "prop route_name; prop cluster_name; prop plugin_name; prop plugin_root_id; prop plugin_vm_id; prop nothing",
  "prop connection/mtls; prop request/nothing; prop request/path/deeper",
].join("; ");

const edits = [
  "add 0 X-B first; add 0 x-b second; get 0 x-b; set 0 X-B third; get 0 x-b; add 0 x-b fourth; get 0 x-b",
  "add 0 authorization a; add 0 authorization b; get 0 authorization; get 0 host; get 0 Host; get 0 :authority",
  "del 0 x-none; del 0 X-A; get 0 x-a; set 0 :path /changed; get 0 :path; add 0 x-empty ; get 0 x-empty; names 0",
  "get 0 content-length; get 0 transfer-encoding; get 0 :scheme; get 0 x-forwarded-proto",
].join("; ");

/** Header maps, attributes, routes. */
export const headerScenarios: Scenario[] = [
  { name: "attributes", script: inAll(attributes), reply: text("answer") },
  { name: "attributes-http2", script: inAll(attributes), http2: true, reply: text("answer") },
  {
    name: "attributes-while-held",
    script: inAll(attributes, { request_headers: "return 1", response_headers: "return 1" }),
    reply: text("answer"),
  },
  { name: "edits-request", script: script({ request_headers: edits }), reply: text("answer") },
  {
    name: "edits-response",
    script: script({
      response_headers:
        "set 2 x-new 1; add 2 x-new 2; del 2 x-old; get 2 x-old; set 2 :status 201; get 2 :status; names 2",
    }),
    reply: text("answer", { headers: [["x-old", "1"]] }),
  },
  {
    name: "replaces-all-pairs",
    script: script({
      request_headers: "setall 0 :method=PUT,:path=/new,:authority=other.example,content-length=5,x-only=1; names 0",
      response_headers: "setall 2 :status=202,content-length=6,x-only=1; names 2",
    }),
    reply: text("answer"),
  },
  {
    name: "headers-in-later-phases",
    script: script({
      request_headers: "return 1",
      request_body_end: "set 0 x-late 1; names 0",
      response_headers: "get 0 :path; set 0 x-too-late 1; get 0 x-too-late; return 1",
      response_body_end: "set 2 x-late 1; get 0 x-too-late",
      log: "get 0 x-too-late; set 0 x-log 1; get 0 x-log; get 2 x-late; names 0; names 2; names 1",
      done: "get 0 x-too-late; get 2 x-late",
    }),
    reply: text("answer"),
  },
  {
    name: "header-only-request",
    script: inAll("get 0 :path; len 0", { request_headers_end: "return 1; set 0 x-b 1; return 0" }),
    request: { method: "GET", chunks: [] },
    reply: text(""),
  },
  {
    name: "header-only-http2",
    script: inAll("get 0 :path; len 0"),
    http2: true,
    request: { method: "GET", chunks: [] },
    reply: { status: 204, headers: [], chunks: [] },
  },
  {
    name: "unsendable-request-header",
    script: inAll("get 2 :status; prop response/code_details", {
      request_headers_end: "set 0 x-bad a\u0001b; get 0 x-bad",
    }),
    request: { method: "GET", chunks: [] },
    reply: text("answer"),
  },
  {
    name: "unsendable-response-header",
    script: inAll("get 2 :status; prop response/code_details", {
      response_headers: "set 2 x-bad a\u0001b; get 2 x-bad",
    }),
    reply: text("answer"),
  },
  {
    name: "changes-path-without-clearing",
    script: inAll("prop xds/route_name", { request_headers: "set 0 :path /other/x; prop xds/route_name" }),
    reply: text("answer"),
  },
  {
    name: "clears-the-route-cache",
    script: inAll("prop xds/route_name", {
      request_headers: "set 0 :path /other/x; foreign clear_route_cache; prop xds/route_name",
    }),
    reply: text("answer"),
  },
  {
    name: "clears-the-route-cache-late",
    script: inAll("prop xds/route_name", {
      request_headers: "return 1",
      request_body_end: "set 0 :path /other/x; foreign clear_route_cache; prop xds/route_name",
    }),
    reply: text("answer"),
  },
  {
    name: "trailers",
    http2: true,
    request: { trailers: [["x-end", "1"]] },
    script: inAll("get 1 x-end; get 3 x-done; mapsize 1; mapsize 3", {
      request_headers: "return 0\nrequest_trailers: get 1 x-end; add 1 x-more 2; names 1; len 0",
      response_headers: "return 0\nresponse_trailers: get 3 x-done; set 3 x-done changed; names 3; len 1",
    }),
    reply: text("answer", { trailers: [["x-done", "1"]] }),
  },
  {
    name: "trailers-end-a-buffered-body",
    http2: true,
    request: { trailers: [["x-end", "1"]], chunks: pieces("one", "two") },
    script: script({
      request_headers: "return 1",
      request_body: "return 1",
      request_trailers: "len 0; read 0 0 99; write 0 0 99 whole; set 0 x-late 1",
      response_headers: "return 1",
      response_body: "return 1",
      response_trailers: "len 1; read 1 0 99; write 1 0 99 whole; set 2 x-late 1",
    }),
    reply: text("answer", { trailers: [["x-done", "1"]] }),
  },
  {
    name: "adds-trailers",
    http2: true,
    script: script({
      request_headers: "add 1 x-early 1",
      request_body_end: "add 1 x-end 1; get 1 x-end",
      response_headers: "add 3 x-early 1",
      response_body_end: "add 3 x-end 1; get 3 x-end",
    }),
    reply: text("answer"),
  },
];
