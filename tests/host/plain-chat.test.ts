// SPDX-License-Identifier: Apache-2.0
// Whole chat completions are read in a shorter way than other responses: what is read of them is the same.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import type { RootContext } from "./contexts.ts";
import { ProxyHost } from "./proxy-host.ts";

const REQUEST: HeaderPair[] = [
  [":method", "POST"],
  [":path", "/v1/chat/completions"],
  [":authority", "gateway.example"],
];
const RESPONSE: HeaderPair[] = [
  [":status", "200"],
  ["content-type", "application/json"],
];
/** A member of other protocols that says nothing: a response with it is read in the longer way. */
const OTHER_WAY = '{"delta":null,';

const USAGE =
  '{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":4,"audio_tokens":0},' +
  '"completion_tokens_details":{"reasoning_tokens":3,"accepted_prediction_tokens":1,"rejected_prediction_tokens":0}}';
const CHOICES =
  '[{"index":0,"message":{"role":"assistant","content":"Hello \\"you\\"!","refusal":null},"logprobs":null,"finish_reason":"stop"}]';
const CHAT = `{"id":"chatcmpl-1","object":"chat.completion","created":1741569952,"model":"gpt-4.1","choices":${CHOICES},"usage":${USAGE},"service_tier":"default"}`;

/** What replaces a part of the chat: `[what, by what]`. */
const CHANGES: [string, string][] = [
  ["", ""],
  ["chatcmpl-1", ""],
  ["chatcmpl-1", "\\u0041\\n\\u00e9"],
  ["chatcmpl-1", "x".repeat(257)],
  ['"chatcmpl-1"', "7"],
  ['"chatcmpl-1"', "null"],
  ['"chatcmpl-1"', '["a","b"]'],
  ['"id":', '"id":"first","id":'],
  ['"id":', '"id":"","id":'],
  ['"id"', '"\\u0069d"'],
  ['"id"', '"request_id"'],
  ['"id"', '"responseId"'],
  ['"gpt-4.1"', '"a\\/b"'],
  ['"gpt-4.1"', "1"],
  ['"gpt-4.1"', `"${"m".repeat(300)}"`],
  ['"model":', '"model":"first","model":'],
  ['"model"', '"modelVersion"'],
  ['"object"', '"output"'],
  ['"object":"chat.completion"', '"output":{"finish_reason":"eos"}'],
  ['"object":"chat.completion"', '"message":{"id":"m","model":"n","usage":{"input_tokens":7,"output_tokens":1}}'],
  ['"object":"chat.completion"', '"response":{"id":"m","model":"n","usage":{"input_tokens":7,"output_tokens":1}}'],
  ['"object":"chat.completion"', '"stop_reason":"end_turn"'],
  ['"object":"chat.completion"', '"candidates":[{"finishReason":"STOP"}]'],
  ['"object":"chat.completion"', '"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":6}'],
  ['"object":"chat.completion"', '"type":"message","content":[{"type":"text","text":"hi"}]'],
  ["}]", '},{"index":1,"message":{},"finish_reason":"length"}]'],
  ["}]", "},7]"],
  ["}]", "},]"],
  [CHOICES, "[]"],
  [CHOICES, "{}"],
  [CHOICES, "null"],
  [CHOICES, '["stop"]'],
  [CHOICES, '[{}, {"finish_reason":"x"}]'],
  [CHOICES, '[{"finishReason":"x"}]'],
  [CHOICES, '[{"finish\\u005freason":"x"}]'],
  [CHOICES, '[{"finish_reason":"x","finish_reason":"y"}]'],
  [CHOICES, '[{"finish_reason":"x","finish_reason":null}]'],
  [CHOICES, '[{"finish_reason":null}]'],
  [CHOICES, `[{"message":${"[".repeat(250)}${"]".repeat(250)},"finish_reason":"deep"}]`],
  [CHOICES, `[{"message":${"[".repeat(254)}${"]".repeat(254)},"finish_reason":"too deep"}]`],
  ['"choices":', '"choices":[{"finish_reason":"before"}],"choices":'],
  [USAGE, "null"],
  [USAGE, "{}"],
  [USAGE, "[]"],
  [USAGE, '{"prompt_tokens":1}'],
  [USAGE, '{"prompt_tokens":1,"completion_tokens":2}'],
  [USAGE, '{"input_tokens":1,"output_tokens":2,"total_tokens":3}'],
  [USAGE, '{"prompt_tokens":1e2,"completion_tokens":2.0,"total_tokens":102}'],
  [USAGE, '{"prompt_tokens":-1,"completion_tokens":2,"total_tokens":1}'],
  [USAGE, '{"prompt_tokens":"1","completion_tokens":2,"total_tokens":3}'],
  [USAGE, '{"prompt_tokens":01,"completion_tokens":2,"total_tokens":3}'],
  [USAGE, '{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}'],
  [USAGE, '{"prompt_tokens":999999999999999,"completion_tokens":1,"total_tokens":1000000000000000}'],
  [USAGE, '{"prompt_tokens":99999999999999999999,"completion_tokens":1,"total_tokens":2}'],
  [USAGE, '{ "total_tokens" : 3 , "completion_tokens" : 2 ,\n"prompt_tokens" : 1 }'],
  [USAGE, '{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"prompt_tokens":4}'],
  [USAGE, '{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"cache_read_input_tokens":4}'],
  [USAGE, '{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"queue_time":0.1}'],
  [USAGE, '{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,}'],
  ['{"cached_tokens":4,"audio_tokens":0}', "null"],
  ['{"cached_tokens":4,"audio_tokens":0}', "{}"],
  ['{"cached_tokens":4,"audio_tokens":0}', '{"cached_tokens":null}'],
  ['{"cached_tokens":4,"audio_tokens":0}', '{"cached\\u005ftokens":4}'],
  ['{"cached_tokens":4,"audio_tokens":0}', '{"cached_tokens":4,"cached_tokens":5}'],
  [
    '{"cached_tokens":4,"audio_tokens":0}',
    '{"cache_write_tokens":1,"text_tokens":2,"image_tokens":3,"video_tokens":4,"audio_tokens":5,"other_tokens":6}',
  ],
  ['"prompt_tokens_details":', '"prompt_tokens_details":{"cached_tokens":9,"text_tokens":1},"prompt_tokens_details":'],
  ['"usage":', '"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3},"usage":'],
  ['"usage":', '"usage":null,"usage":'],
  ['"service_tier"', '"service\\ttier"'],
  ['"service_tier"', '"service\ttier"'],
  ['"default"', "nul"],
  ['"default"', '"\\ud800"'],
  ["}]", "}"],
  [',"usage"', ';"usage"'],
  [',"usage"', ',,"usage"'],
];

/** All that the filter writes of a response. */
function observed(host: ProxyHost, context: RootContext, body: Buffer): string[] {
  const before = new Map([...host.vm.metrics.byName].map(([name, { value }]) => [name, String(value)]));
  const stream = host.stream(context, {});
  stream.requestHeaders(REQUEST, true);
  stream.responseHeaders(RESPONSE, false);
  stream.responseBody(body, true);
  host.check();
  const counted = [...host.vm.metrics.byName]
    .map(([name, { value }]) => `${name} ${BigInt(String(value)) - BigInt(before.get(name) ?? 0)}`)
    .filter((line) => !line.endsWith(" 0") && !line.includes("duration"))
    .sort();
  const states = ["ai_log", "ai_fields"].map((name) => stream.filterState.get(name)!.value.toString("latin1"));
  return [...states, ...counted];
}

describe("a whole chat completion", () => {
  const host = new ProxyHost("build/ai-statistics.wasm", { logLevel: "warn" });
  const context = host.configure("ai-statistics", '{"estimate_usage":true}')!;
  const compare = (text: string) => {
    const other = text.replace("{", OTHER_WAY);
    assert.deepEqual(observed(host, context, Buffer.from(text)), observed(host, context, Buffer.from(other)), text);
  };

  it("is read as any other response", () => {
    for (const [what, replacement] of CHANGES) {
      assert.ok(CHAT.includes(what), what);
      compare(CHAT.replace(what, () => replacement));
    }
    compare(JSON.stringify(JSON.parse(CHAT), null, 2));
    compare(` \r\n${CHAT}\t `);
  });

  it("is no JSON if it ends early, or has more behind it", () => {
    for (let at = 1; at < CHAT.length; at++) compare(CHAT.slice(0, at));
    for (const more of ["}", ",", "x", "{}", "\0"]) compare(CHAT + more);
  });
});
