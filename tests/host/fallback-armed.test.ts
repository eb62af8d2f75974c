// SPDX-License-Identifier: Apache-2.0
// ai-proxy beside a filter that may send the request to another target, on both hosts: a response that says too little changes its
// status, an error that begins a stream does so with the headers still held, and nothing ends the request before the other filter.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { chatTo } from "../harness/armed.ts";
import type { ClientRequest } from "../harness/http-client.ts";
import type { HeaderPair, ProviderReply } from "../providers/types.ts";
import { onNode, RealGateway, toCluster, type Seen } from "./armed/hosts.ts";

const JSON_TYPE: HeaderPair = ["content-type", "application/json"];
const EVENTS: HeaderPair = ["content-type", "text/event-stream"];
const reply = (status: number, headers: HeaderPair[], ...chunks: string[]): ProviderReply => ({
  ...{ status, headers },
  chunks: chunks.map((chunk) => Buffer.from(chunk)),
});
const said = (text: string, finish: string): string =>
  `data:${JSON.stringify({ output: { choices: [{ message: { content: text }, finish_reason: finish }] }, request_id: "r" })}\n\n`;
const piece = (content: string): string =>
  `data: ${JSON.stringify({ id: "c", choices: [{ index: 0, delta: { content } }] })}\n\n`;
const ENDED = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
const EMPTY: ProviderReply = { ...reply(200, [["content-length", "0"]]) };

interface Scenario {
  name: string;
  request: ClientRequest;
  reply: ProviderReply;
  /** The status that the other filter sees, and what the client gets if it has no other target. */
  status: number;
  last: { status: number; code?: string | null; message?: RegExp };
  /** The details of the last target's response: a local reply where there is no body to put an error into. */
  details?: string;
}

/** Each fails at the first provider. */
const failures: Scenario[] = [
  {
    ...{ name: "a response without a body", request: chatTo("native", false), reply: EMPTY },
    ...{ status: 502, last: { status: 502, message: /without a body/ }, details: "ai-proxy.provider_error" },
  },
  {
    ...{ name: "a compressed response", request: chatTo("native", false) },
    reply: reply(200, [JSON_TYPE, ["content-encoding", "gzip"]], "\x1f\x8b", "more"),
    ...{ status: 502, last: { status: 502, message: /compressed/ }, details: "ai-proxy.provider_error" },
  },
  {
    ...{ name: "a stream that was not asked for", request: chatTo("native", false) },
    reply: reply(200, [EVENTS], said("hi", "stop"), said("ho", "stop")),
    ...{ status: 502, last: { status: 502, message: /not asked for/ }, details: "ai-proxy.provider_error" },
  },
  {
    ...{ name: "a body that is no response", request: chatTo("native", false) },
    reply: reply(200, [JSON_TYPE], '{"out', 'put":1}'),
    ...{ status: 502, last: { status: 502, message: /not what its API promises/ } },
  },
  {
    ...{ name: "an error without a body", request: chatTo("openai", false) },
    reply: reply(429, [
      ["retry-after", "3"],
      ["content-length", "0"],
    ]),
    ...{ status: 429, last: { status: 429 }, details: "ai-proxy.provider_error" },
  },
  {
    ...{ name: "an error of another protocol", request: chatTo("native", true) },
    reply: reply(429, [JSON_TYPE], '{"code":"Throttling","mess', 'age":"slow"}'),
    ...{ status: 429, last: { status: 429, code: "Throttling", message: /slow/ } },
  },
  {
    ...{ name: "an error that begins a translated stream", request: chatTo("native", true) },
    reply: reply(
      200,
      [EVENTS],
      ":hello\n\nid:1\nevent:er",
      'ror\n:HTTP_STATUS/429\ndata:{"code":"Throttling","message":"slow"}\n\n',
    ),
    ...{ status: 429, last: { status: 429, code: "Throttling", message: /slow/ } },
  },
  {
    ...{ name: "a translated stream without an event", request: chatTo("native", true) },
    reply: reply(200, [EVENTS], ":hello\n\n"),
    ...{ status: 502, last: { status: 502, code: "upstream_stream_incomplete" } },
  },
];

describe("ai-proxy beside a filter with another target", () => {
  let envoy: RealGateway;
  before(async () => {
    envoy = await RealGateway.start();
  });
  after(() => envoy?.close());

  const hosts = {
    "Node host": async (...args: Parameters<RealGateway["run"]>): Promise<Seen> => onNode(...args),
    Envoy: (...args: Parameters<RealGateway["run"]>): Promise<Seen> => envoy.run(...args),
  };

  for (const [host, run] of Object.entries(hosts)) {
    for (const { name, request, reply: first, status, last, details } of failures) {
      const checkError = ({ response }: Seen): void => {
        assert.equal(response.status, last.status);
        const { error } = JSON.parse(response.body.toString()) as { error: Record<string, string> };
        if (last.code) assert.equal(error.code, last.code);
        if (last.message) assert.match(error.message, last.message);
      };

      it(`${name}: the other target serves, on the ${host}`, async () => {
        const seen = await run("armed", request, first);
        assert.equal(seen.response.status, 200, seen.response.body.toString());
        assert.deepEqual(seen.asked, [toCluster(request), "second"]);
        assert.match(seen.lines[0], new RegExp(`^armed: headers ${status}(, end)?$`));
        assert.deepEqual(
          seen.response.headers.filter(([key]) => key === "x-ai-provider").map(([, value]) => value),
          ["second"],
        );
      });

      it(`${name}: at the last target the client gets the error, on the ${host}`, async () => {
        const seen = await run("last", request, first);
        checkError(seen);
        // A local reply skips the filter beside it.
        assert.equal(seen.lines.length, details ? 0 : 1, seen.lines.join());
      });

      const hasBody = first.chunks.length > 0;
      it(`${name}: a filter that does not redirect it gets ${hasBody ? "the error" : "the status"}, on the ${host}`, async () => {
        const seen = await run("declining", request, first);
        assert.match(seen.lines[0], new RegExp(`^armed: headers ${status}(, end)?$`));
        if (hasBody) return checkError(seen);
        assert.equal(seen.response.status, status);
        assert.equal(seen.response.body.length, 0);
      });
    }

    it(`an error that begins a stream in the client's protocol leaves the headers held, on the ${host}`, async () => {
      const first = reply(200, [EVENTS], ": hi\n\n", 'data: {"error":{"message":"busy"}}\n\n');
      const seen = await run("armed", chatTo("openai", true), first);
      assert.deepEqual(seen.lines, ["armed: headers 200", "armed: error", "armed: headers 200", "armed: content"]);
      assert.match(seen.response.body.toString(), /data: \[DONE\]\n\n$/);
      assert.doesNotMatch(seen.response.body.toString(), /busy/);
    });

    for (const provider of ["native", "openai"])
      it(`both filters hold a stream of ${provider} that succeeds, on the ${host}`, async () => {
        const native = [said("", "null"), said("one", "null"), said("two", "stop")];
        const chunks = provider === "native" ? native : [piece(""), piece("one"), piece("two"), ENDED];
        const first = { ...reply(200, [EVENTS], ":hi\n\n", ...chunks), delayMs: host === "Envoy" ? 20 : 0 };
        const seen = await run("armed", chatTo(provider, true), first);
        assert.deepEqual(seen.lines, ["armed: headers 200", "armed: content"]);
        assert.deepEqual(seen.asked, [provider]);
        const text = seen.response.body.toString();
        assert.match(text, /"content":"one"[^]*"content":"two"[^]*data: \[DONE\]\n\n$/);
      });

    for (const [body, code] of [
      ["[1]", null],
      ['{"model":"m","messages":[]', null],
    ] as const)
      it(`a request that ai-proxy refuses stays refused: ${body}, on the ${host}`, async () => {
        const seen = await run("armed", chatTo("native", false, { body }), EMPTY);
        assert.equal(seen.response.status, 400);
        assert.equal(
          (JSON.parse(seen.response.body.toString()) as { error: { code: string | null } }).error.code,
          code,
        );
        assert.deepEqual([seen.asked, seen.lines], [[], []]);
      });
  }
});
