// SPDX-License-Identifier: Apache-2.0
import { inAll, pieces, script, text, type Scenario } from "./scenario.ts";

const everywhere =
  "len 0; len 1; read 0 0 5; read 1 0 5; get 0 :path; get 2 :status; get 1 x; get 3 x; mapsize 0; mapsize 2";
const refused =
  "get 4 x; get 5 x; get 6 :status; get 7 x; get 9 x; len 4; len 5; len 6; len 7; len 9; read 7 0 9; write 7 0 9 x; write 4 0 0 x";
const changes =
  "read 0 0 3; read 0 2 99; read 0 5 9; read 0 99 1; read 0 2 4294967295; read 0 4294967295 5; write 0 2 1 middle; write 0 0 2 short; write 0 99 0 -end; len 0";
const held = { request_headers: "del 0 content-length; return 1", response_headers: "del 2 content-length; return 1" };

/** Bodies: when they can be read and changed, and what holding them does. */
export const bodyScenarios: Scenario[] = [
  { name: "passes-through", script: inAll(everywhere), reply: text("answer") },
  { name: "passes-through-http2", script: inAll(everywhere), http2: true, reply: text("answer") },
  {
    name: "holds-headers",
    script: inAll(everywhere, { request_headers: "return 1", response_headers: "return 1" }),
    reply: text("answer"),
  },
  { name: "refused-types", script: inAll(refused), reply: text("answer") },
  {
    name: "buffers-whole-bodies",
    script: script({
      ...held,
      request_body: "return 1",
      request_body_end: `${changes}; write 0 0 0 start-; read 0 0 99; write 0 0 99 replaced; len 0`,
      response_body: "return 1",
      response_body_end: "read 1 0 99; write 1 0 0 start-; write 1 999 0 -end; read 1 0 99",
    }),
    request: { chunks: pieces("first", "-second", "-third") },
    reply: text("", { chunks: pieces("one", "-two", "-three") }),
  },
  {
    name: "buffers-whole-bodies-http2",
    http2: true,
    script: script({
      ...held,
      request_body: "return 1",
      request_body_end: "read 0 0 99; write 0 0 99 replaced; len 0",
      response_body: "return 1",
      response_body_end: "read 1 0 99; write 1 0 99 replaced",
    }),
    request: { chunks: pieces("first", "-second", "-third") },
    reply: text("", { chunks: pieces("one", "-two", "-three") }),
  },
  {
    name: "empties-bodies",
    script: script({
      ...held,
      request_body: "return 1",
      request_body_end: "write 0 0 99 ",
      response_body: "return 1",
      response_body_end: "write 1 0 99 ",
    }),
    reply: text("answer"),
  },
  {
    name: "streams-changed-pieces",
    script: script({
      request_headers: "del 0 content-length",
      request_body: "write 0 0 9999 piece",
      request_body_end: "write 0 0 0 end",
      response_headers: "del 2 content-length",
      response_body: "write 1 0 9999 piece",
      response_body_end: "write 1 0 0 end",
    }),
    request: { chunks: pieces("first") },
    reply: text("answer"),
  },
  {
    name: "drops-pieces",
    script: script({
      ...held,
      request_body: "return 3",
      request_body_end: "len 0; write 0 0 0 instead; return 0",
      response_body: "return 3",
      response_body_end: "len 1; write 1 0 0 instead; return 0",
    }),
    request: { chunks: pieces("first", "second") },
    reply: text("answer"),
  },
  {
    name: "holds-pieces-by-watermark",
    script: script({
      ...held,
      request_body: "return 2",
      request_body_end: "len 0; read 0 0 99; write 0 0 0 -end",
      response_body: "return 2",
      response_body_end: "len 1; write 1 0 0 -end",
    }),
    request: { chunks: pieces("first") },
    reply: text("answer"),
  },
  {
    name: "request-above-the-limit",
    bufferLimitBytes: 10,
    script: script({
      request_headers: "return 1",
      request_body: "return 1",
      response_headers: "get 2 :status; prop response/code_details",
    }),
    request: { chunks: pieces("12345678901234567890") },
    reply: text("answer"),
  },
  {
    name: "answer-above-the-limit",
    bufferLimitBytes: 10,
    script: script({ response_headers: "get 2 :status; return 1", response_body: "return 1", log: "get 2 :status" }),
    reply: text("12345678901234567890"),
  },
  { name: "no-answer", script: inAll("get 2 :status; prop response/code_details"), reply: text("", { end: "refuse" }) },
  {
    name: "cut-answer",
    script: inAll("get 2 :status"),
    reply: text("answer", { end: "cut" }),
  },
  {
    name: "cut-answer-with-held-headers",
    script: inAll("get 2 :status", { response_headers: "return 1" }),
    reply: text("answer", { end: "cut" }),
  },
  {
    name: "cut-answer-that-is-held",
    script: inAll("get 2 :status", { response_headers: "return 1" }, { response_body: "return 1" }),
    reply: text("answer", { end: "cut" }),
  },
  {
    name: "cut-answer-that-is-held-http2",
    http2: true,
    script: inAll("get 2 :status", { response_headers: "return 1" }, { response_body: "return 1" }),
    reply: text("answer", { end: "cut" }),
  },
];
