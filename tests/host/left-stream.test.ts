// SPDX-License-Identifier: Apache-2.0
// A client that leaves a stream before its end, of which ai-proxy has reported the first tokens alone, pays for what it has seen.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";
import { RedisPeer } from "./redis-peer.ts";
import { readStruct } from "./struct-fields.ts";

const BUDGET = 100_000;
const WORDS = "The committee will meet again on Thursday to decide. ";
/** The tokens of `WORDS` in o200k_base. https://github.com/openai/tiktoken */
const TOKENS_OF_WORDS = 10;
const event = (value: { type: string }): Buffer =>
  Buffer.from(`event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`);
// https://docs.claude.com/en/docs/build-with-claude/streaming
const START = [
  event({
    type: "message_start",
    message: { id: "m", role: "assistant", usage: { input_tokens: 9, output_tokens: 1 } },
  } as never),
  event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } } as never),
];
const TEXT = event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: WORDS } } as never);
const END = [
  event({ type: "content_block_stop", index: 0 } as never),
  event({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 77 } } as never),
  event({ type: "message_stop" }),
];

const CHAT = Buffer.from(
  JSON.stringify({ model: "claude", stream: true, messages: [{ role: "user", content: "hello" }] }),
);

function place(plugin: string, config: object) {
  const host = new ProxyHost(`build/${plugin}.wasm`, { logLevel: "warn", clusters: ["upstream", "redis"] });
  return { host, vm: host.vm, root: host.configure(plugin, JSON.stringify(config))! };
}

/** The limiters and the statistics before ai-proxy, which speaks Claude's protocol with the provider. */
class Chain {
  private readonly limiter;
  private readonly quota = place("ai-quota", { admin_consumer: "root", redis: { service_name: "redis.static" } });
  private readonly redis = new RedisPeer(this.quota.host, () => "$3\r\n100\r\n");
  private readonly statistics = place("ai-statistics", { estimate_usage: true });
  private readonly proxy = place("ai-proxy", { provider: { type: "claude", apiTokens: ["sk-test-claude"] } });

  constructor(more: object) {
    this.limiter = place("ai-token-ratelimit", {
      rule_name: "left",
      global_threshold: { token_per_hour: BUDGET },
      reserve: "none",
      ...more,
    });
  }

  /** Begins a chat whose provider sends these chunks. */
  stream(chunks: Buffer[]): HttpStream {
    const downstream = [this.quota, this.limiter, this.statistics];
    const stream = new HttpStream({ downstream, upstream: [this.proxy] });
    this.begin(stream, CHAT);
    // The charge of the stream before it goes first.
    while (this.redis.answer().length);
    stream.requestBody(CHAT, true);
    stream.responseHeaders(
      [
        [":status", "200"],
        ["content-type", "text/event-stream"],
      ],
      false,
    );
    for (const chunk of chunks) stream.responseBody(chunk, false);
    return stream;
  }

  /** What ai-quota and ai-token-ratelimit have charged, and ai-statistics has counted. */
  chargesOf(stream: HttpStream): { quota: number; limit: number; counted: unknown; source: unknown } {
    const fields = readStruct(stream.filterState.get("ai_fields")!.value);
    const quota = Number(this.redis.take().find(([name]) => name === "DECRBY")?.[2]);
    const look = new HttpStream({ downstream: [this.limiter], upstream: [] });
    this.begin(look, null);
    look.responseHeaders([[":status", "404"]], true);
    const limit = BUDGET - Number(look.client.headers?.get("x-ratelimit-remaining-tokens"));
    return { quota, limit, counted: fields.output_tokens, source: fields.usage_source };
  }

  private begin(stream: HttpStream, body: Buffer | null): void {
    stream.requestHeaders(
      [
        [":method", body ? "POST" : "GET"],
        [":path", "/v1/chat/completions"],
        [":authority", "gateway.example"],
        ["content-type", "application/json"],
        ["x-mse-consumer", "ann"],
        ...(body ? [["content-length", String(body.length)] as [string, string]] : []),
      ],
      body === null,
    );
  }
}

const isAbout = (charged: unknown, tokens: number): boolean =>
  Number(charged) >= tokens && Number(charged) <= 1.2 * tokens + 10;

describe("a stream of Claude that its client leaves", () => {
  for (const count of [1, 10, 100])
    it(`after ${count} chunks is charged and counted by what it has shown`, () => {
      const chain = new Chain({});
      const stream = chain.stream([...START, ...Array.from({ length: count }, () => TEXT)]);
      stream.clientReset();
      const { quota, limit, counted, source } = chain.chargesOf(stream);
      assert.ok(isAbout(quota, 9 + count * TOKENS_OF_WORDS), `ai-quota: ${quota}`);
      assert.ok(isAbout(limit, 9 + count * TOKENS_OF_WORDS), `ai-token-ratelimit: ${limit}`);
      assert.ok(isAbout(counted, count * TOKENS_OF_WORDS), `ai-statistics: ${String(counted)}`);
      assert.equal(source, "estimate");
    });

  it("behind its last event is charged what the provider reports", () => {
    const chain = new Chain({});
    const stream = chain.stream([...START, TEXT, ...END]);
    stream.clientReset();
    assert.deepEqual(chain.chargesOf(stream), { quota: 86, limit: 86, counted: 77, source: "provider" });
  });

  it("is charged what the provider reports if it ends", () => {
    const chain = new Chain({});
    const stream = chain.stream([...START, TEXT, ...END]);
    stream.responseBody(Buffer.alloc(0), true);
    assert.deepEqual(chain.chargesOf(stream), { quota: 86, limit: 86, counted: 77, source: "provider" });
  });

  it("or that a limit cuts is charged up to there", () => {
    const chain = new Chain({ global_threshold: { token_per_hour: 200 }, cut_stream: true });
    const stream = chain.stream([...START, ...Array.from({ length: 100 }, () => TEXT)]);
    assert.match(stream.client.bodyBytes.toString(), /"finish_reason":"length"/);
    stream.clientReset();
    const next = chain.stream([...START, TEXT]);
    assert.equal(next.client.headers?.get(":status"), "429");
  });
});
