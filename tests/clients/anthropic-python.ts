// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type Anthropic from "@anthropic-ai/sdk";
import type { AnthropicTarget } from "./anthropic-suite.ts";
import { runPython } from "./python.ts";

/** A message as the client has put it together. */
type Seen = Pick<Anthropic.Message, "content" | "stop_reason" | "usage">;

/** What one way of asking gives. */
interface Talk {
  text: Seen;
  tools: [Seen, Seen];
  thinking?: [Seen, Seen];
}

/** An exception of the client. */
interface Raised {
  error: string;
  status: number | null;
  body: { type?: string; error?: { type?: string; message?: string } } | null;
  message: string;
}

interface Result {
  whole: Talk;
  streamed: Talk;
  /** Of each failing model: whole, and streamed. */
  failures: Raised[];
}

/** The official Python client over several services; one process talks to all of them. `baseUrl` is the part before `/v1/messages`. */
export function anthropicPythonTests(
  targets: Record<string, AnthropicTarget>,
  baseUrl: (service: string) => string,
): void {
  describe("the official Anthropic Python client", () => {
    const results: Record<string, Result> = {};
    before(async () => {
      const services = Object.entries(targets);
      const tasks = services.map(([name, target]) => {
        const failing = ["rate-limited", "server-error", "stream-error"].map((fault) => `${target.family}-${fault}`);
        return { baseUrl: baseUrl(name), failing, ...target };
      });
      const talks = await runPython<Result[]>("anthropic_calls.py", tasks);
      talks.forEach((result, i) => (results[services[i][0]] = result));
    });

    for (const [name, { thinkingModel }] of Object.entries(targets)) {
      it(`${name}: gets a response, and streams the same`, () => {
        const { whole, streamed } = results[name];
        assert.match(textOf(whole.text), /👩‍💻\n"quoted\\path"$/);
        assert.equal(whole.text.stop_reason, "end_turn");
        assertSame(streamed.text, whole.text);
      });

      it(`${name}: uses a tool, and sends the results`, () => {
        const { whole, streamed } = results[name];
        const [first, second] = whole.tools;
        assert.equal(first.stop_reason, "tool_use");
        assert.deepEqual(inputsOf(first), [{ location: "杭州市" }, { location: "上海市" }]);
        assert.match(textOf(second), /18 ℃/);
        whole.tools.forEach((message, i) => assertSame(streamed.tools[i], message));
      });

      if (thinkingModel) {
        it(`${name}: gets the reasoning before a tool, and sends it back`, () => {
          const [whole, streamed] = [results[name].whole.thinking!, results[name].streamed.thinking!];
          const [first, second] = whole;
          assert.ok(first.content[0].type === "thinking" && /^Hmm, the user is asking/.test(first.content[0].thinking));
          assert.equal(inputsOf(first).length, 2);
          assert.match(textOf(second), /18 ℃/);
          whole.forEach((message, i) => assertSame(streamed[i], message));
        });
      }

      it(`${name}: raises the right error`, () => {
        const { failures } = results[name];
        const [limited, limitedStream, failed, failedStream, , broken] = failures;
        for (const error of [limited, limitedStream]) {
          assert.deepEqual([error.error, error.status], ["RateLimitError", 429]);
          assert.equal(error.body?.error?.type, "rate_limit_error");
        }
        for (const error of [failed, failedStream]) {
          assert.deepEqual([error.error, error.status], ["InternalServerError", 500]);
          assert.equal(error.body?.type, "error");
        }
        assert.ok(broken.error, "the error in a stream");
        assert.equal(broken.body?.type, "error");
        assert.ok(broken.body?.error?.message);
      });
    }
  });
}

/** The client keeps what it has of usage from the beginning of a stream; only the rest is compared. */
function assertSame(streamed: Seen, whole: Seen): void {
  assert.deepEqual(streamed.content, whole.content);
  assert.equal(streamed.stop_reason, whole.stop_reason);
  assert.equal(streamed.usage.output_tokens, whole.usage.output_tokens);
}

const inputsOf = ({ content }: Seen): unknown[] =>
  content.flatMap((block) => (block.type === "tool_use" ? [block.input] : []));
const textOf = ({ content }: Seen): string =>
  content.map((block) => (block.type === "text" ? block.text : "")).join("");
