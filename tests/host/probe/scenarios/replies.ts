// SPDX-License-Identifier: Apache-2.0
import { inAll, pieces, script, text, type Scenario } from "./scenario.ts";

const watch = "get 2 :status; get 2 content-type; prop response/code_details; prop response/code; len 1";
const call = "call side :method=GET,:path=/side,:authority=side.example";
const answer = "context stream; get 6 :status; get 6 x-side; len 4; read 4 0 99; get 7 x";

/** Local replies, pauses, callouts. */
export const replyScenarios: Scenario[] = [
  {
    name: "replies-to-headers",
    script: inAll(watch, { request_headers: "reply 403 probe.why body x-b=1,content-type=application/json" }),
    reply: text("answer"),
  },
  {
    name: "replies-without-a-body",
    script: inAll(watch, { request_headers: "reply 204 probe.empty  x-b=1" }),
    reply: text("answer"),
  },
  {
    name: "replies-and-says-continue",
    script: inAll(watch, { request_headers: "reply 429 probe.why body ; return 0", request_body: "reply 500 never" }),
    reply: text("answer"),
  },
  {
    name: "replies-to-the-body",
    script: inAll(watch, { request_headers: "return 1", request_body_end: "reply 400 probe.body body" }),
    reply: text("answer"),
  },
  {
    name: "replies-to-a-header-only-request",
    script: inAll(watch, { request_headers_end: "reply 401 probe.none none x-b=1" }),
    request: { method: "GET", chunks: [] },
    reply: text("answer"),
  },
  {
    name: "replies-to-response-headers",
    script: inAll(watch, { response_headers: "reply 502 probe.answer replaced x-b=1" }),
    reply: text("answer"),
  },
  {
    name: "replies-to-the-response-body-while-held",
    script: inAll(watch, { response_headers: "return 1", response_body: "reply 502 probe.answer replaced" }),
    reply: text("answer"),
  },
  {
    name: "replies-after-the-headers-went",
    script: inAll(watch, { response_body: "reply 502 probe.late replaced" }),
    reply: text("answer"),
  },
  {
    name: "changes-its-own-reply",
    script: script({
      request_headers: "reply 403 probe.why body",
      response_headers: "set 2 x-seen 1; set 2 :status 418",
      response_body: "write 1 0 99 BODY",
    }),
    reply: text("answer"),
  },
  {
    name: "callout-then-continue",
    script: script({
      request_headers: `${call}; return 4`,
      callout: `${answer}; set 0 x-side 1; continue 0; get 0 :path`,
      request_body_end: "get 0 :path; len 0",
      log: "get 6 :status",
    }),
    reply: text("answer"),
  },
  {
    name: "callout-then-reply",
    script: inAll(watch, { request_headers: `${call}; return 4` }, { callout: `${answer}; reply 403 probe.side no` }),
    reply: text("answer"),
  },
  {
    name: "callout-with-a-held-body",
    script: script({
      request_headers: "del 0 content-length; return 1",
      request_body: "return 1",
      request_body_end: `${call}; return 1`,
      callout: "context stream; len 0; read 0 0 99; write 0 0 99 changed; set 0 x-side 1; continue 0",
    }),
    request: { chunks: pieces("one", "two") },
    reply: text("answer"),
  },
  {
    name: "callout-on-the-way-back",
    script: script({
      response_headers: `${call}; return 4`,
      callout: "context stream; get 2 :status; set 2 x-side 1; continue 1; get 2 :status",
      response_body_end: "get 2 :status",
    }),
    reply: text("answer"),
  },
  {
    name: "callout-replaces-the-answer",
    script: inAll(
      watch,
      { response_headers: `${call}; return 4` },
      { callout: "context stream; reply 200 probe.other replaced" },
    ),
    reply: text("answer"),
  },
  {
    name: "callout-without-context",
    script: script({
      request_headers: `${call}; return 4`,
      callout:
        "get 0 :path; names 0; len 0; mapsize 0; setprop a b; set 0 a b; context 9999; context root; get 6 :status; context stream; get 0 :path; continue 0",
    }),
    reply: text("answer"),
  },
  {
    name: "grpc-answer",
    script: script({
      request_headers: "grpc grpc test.Service Answer question; return 4",
      grpc_receive: "len 5; read 5 0 99; get 4 :status; get 5 grpc-status; context stream; continue 0",
    }),
    reply: text("answer"),
  },
  {
    name: "grpc-error",
    script: script({
      request_headers: "grpc grpc test.Service Fail question; return 4",
      grpc_close: "status; len 5; context stream; reply 503 probe.grpc no x-b=1",
    }),
    reply: text("answer"),
  },
  {
    name: "refused-callouts",
    script: script({
      request_headers:
        "call nowhere :method=GET,:path=/,:authority=x; call side :method=GET,:path=/; call side x; grpc nowhere s m x; grpccancel 77; grpcclose 77; grpcsend 77 x; status",
    }),
    reply: text("answer"),
  },
  { name: "closes-the-request", script: inAll(watch, { request_headers: "close 0; return 1" }), reply: text("answer") },
  {
    name: "closes-the-response",
    script: inAll(watch, { response_headers: "close 1; return 1" }),
    reply: text("answer"),
  },
];
