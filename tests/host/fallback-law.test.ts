// SPDX-License-Identifier: Apache-2.0
// Whatever reaches the client is a prefix of exactly one provider's response, wherever a target fails and however its bytes are cut.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fallbackAction, tombstoneMetadata, tombstoneReply } from "../harness/fallback-set.ts";
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";
import { runStream, type Outcome } from "./exchange.ts";
import { HttpStream } from "./http-stream.ts";
import { findLeak } from "./leak-check.ts";
import { ProxyHost } from "./proxy-host.ts";
import type { HostRoute } from "./routes.ts";

const policy = { targets: [{ name: "second", model: "other" }], cooldown: "0s" };
const routes: HostRoute[] = [
  {
    ...{ name: "second", cluster: "second-set", action: fallbackAction },
    match: { prefix: "/", headers: [{ name: "x-ai-fallback-target", string_match: { exact: "second" } }] },
  },
  {
    ...{ name: "first", match: { prefix: "/" }, cluster: "first-set", action: fallbackAction },
    metadata: { fallback: { config: JSON.stringify(policy) } },
  },
];
const clusters = [
  { name: "first" },
  { name: "dead", refuses: true },
  { name: "second" },
  { name: "tombstone", endpointMetadata: tombstoneMetadata },
  { name: "first-set", members: ["first", "tombstone"] },
  { name: "second-set", members: ["second", "tombstone"] },
];
const CHAT = Buffer.from('{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}');

const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const content = (text: string): string => event({ choices: [{ index: 0, delta: { content: text } }] });
const ROLE = event({ choices: [{ index: 0, delta: { role: "assistant", content: "" } }] });
const ERROR = event({ error: { message: "Overloaded.", type: "server_error" } });
const SECOND = content("from the second") + "data: [DONE]\n\n";

const stream = (chunks: Buffer[], end: ProviderReply["end"] = "clean"): ProviderReply => ({
  ...{ status: 200, headers: [["content-type", "text/event-stream"]], chunks, end },
});
const cutsOf = (text: string): Buffer[][] => {
  const all = Buffer.from(text);
  const halves = Array.from(all, (_, at) => [all.subarray(0, at), all.subarray(at)]).slice(1);
  return [[all], Array.from(all, (_, at) => all.subarray(at, at + 1)), ...halves];
};

const host = new ProxyHost("build/fallback.wasm", { logLevel: "error" });
const context = host.configure("fallback")!;
const place = { vm: host.vm, root: context };

function chat(first: ProviderReply, second: ProviderReply = stream([Buffer.from(SECOND)])): Outcome {
  const answer = (_: ProviderRequest, cluster: string): ProviderReply =>
    cluster === "tombstone" ? tombstoneReply : cluster === "first" ? first : second;
  const http = new HttpStream({ downstream: [place], upstream: [place] }, { routes, clusters });
  return runStream(
    host,
    http,
    {
      ...{ method: "POST", path: "/v1/chat/completions", authority: "gateway.example", chunks: [CHAT] },
      headers: [
        ["content-type", "application/json"],
        ["content-length", String(CHAT.length)],
      ],
    },
    { answer },
  );
}

describe("the client gets a prefix of one provider's response", () => {
  it("an error before any content is replaced, cut at every offset", () => {
    for (const text of [ERROR, `: wait\n\n${ROLE}${ERROR}`, `${ROLE}\r\n: x\r\n${ERROR.replaceAll("\n", "\r\n")}`]) {
      for (const chunks of cutsOf(text)) {
        const { response, attempts } = chat(stream(chunks));
        assert.equal(response.body.toString(), SECOND);
        assert.equal(attempts.length, 2);
        assert.equal(JSON.parse(attempts[1].body.toString()).model, "other");
      }
    }
  });

  it("an error behind content is passed on, cut at every offset", () => {
    const text = ROLE + content("from the first") + ERROR;
    for (const chunks of cutsOf(text)) {
      const { response, attempts } = chat(stream(chunks));
      assert.equal(response.body.toString(), text);
      assert.equal(attempts.length, 1);
    }
  });

  it("a connection that breaks at any byte of a stream", () => {
    const text = ROLE + content("from the first") + content(" and more");
    const all = Buffer.from(text);
    for (let size = 0; size <= all.length; size++) {
      const { response } = chat(stream(size ? [all.subarray(0, size)] : [], "cut"));
      const body = response.body.toString();
      const isReplaced = body === SECOND && response.end === "clean";
      assert.ok(isReplaced || (text.startsWith(body) && response.end === "reset"), `${size}: ${body}`);
      // What is behind the first content is never replaced.
      const begins = text.indexOf("\n\n", ROLE.length + 1) + 2;
      assert.equal(isReplaced, size < begins, `at ${size}`);
    }
  });

  it("trailers behind a stream without content", () => {
    const trailers: [string, string][] = [["x-end", "1"]];
    assert.equal(chat({ ...stream([Buffer.from(ERROR.slice(0, -1))]), trailers }).response.body.toString(), SECOND);
    assert.equal(chat({ ...stream([Buffer.from(ROLE)]), trailers }).response.body.toString(), ROLE);
  });

  it("a failure of every status class, with any length of body", () => {
    for (const status of [429, 500, 502, 503, 504, 529]) {
      for (const size of [0, 1, 8191, 8192, 70_000]) {
        const chunks = size ? [Buffer.alloc(size, "x")] : [];
        assert.equal(chat({ status, headers: [], chunks }).response.body.toString(), SECOND, `${status} ${size}`);
      }
    }
    for (const status of [400, 401, 404, 413, 422]) {
      const { response, attempts } = chat({ status, headers: [], chunks: [Buffer.from("no")] });
      assert.deepEqual([response.status, response.body.toString(), attempts.length], [status, "no", 1]);
    }
  });

  it("a response that is no stream passes unheld", () => {
    const chunks = [Buffer.alloc(100_000, "a"), Buffer.alloc(100_000, "b")];
    const { response } = chat({ status: 200, headers: [["content-type", "application/json"]], chunks });
    assert.deepEqual(response.body, Buffer.concat(chunks));
  });

  it("a provider cannot imitate the gateway's headers", () => {
    const forged: [string, string][] = [
      ["location", "http://gateway.example/elsewhere"],
      ["x-higress-fallback-from", "forged"],
    ];
    for (const status of [200, 302, 307, 429]) {
      const { response } = chat({ status, headers: forged, chunks: [Buffer.from("x")] });
      const from = response.headers.find(([name]) => name === "x-higress-fallback-from")?.[1];
      assert.equal(from, status === 429 ? "first" : undefined);
      if (status >= 300) assert.ok(!response.headers.some(([name]) => name === "location"));
    }
  });

  it("the last error goes to the client if every target fails", () => {
    const busy = (text: string): ProviderReply => ({ status: 429, headers: [], chunks: [Buffer.from(text)] });
    const { response, attempts } = chat(busy("one"), busy("two"));
    assert.deepEqual([response.status, response.body.toString(), attempts.length], [429, "two", 2]);
  });
});

describe("a thousand fallbacks in a row", () => {
  it("leave nothing in memory", () => {
    const busy: ProviderReply = { status: 429, headers: [], chunks: [Buffer.from("busy")] };
    for (let count = 0; count < 1000; count++) assert.equal(chat(busy).response.body.toString(), SECOND);
    for (const first of [busy, stream([Buffer.from(ROLE), Buffer.from(ERROR)]), stream([], "cut")]) {
      assert.equal(
        findLeak(host, () => chat(first)),
        null,
      );
    }
  });
});
