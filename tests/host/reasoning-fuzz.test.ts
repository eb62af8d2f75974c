// SPDX-License-Identifier: Apache-2.0
// Reasoning between tags, cut into deltas anywhere: the client gets the same reasoning and the same content, in every mode. The
// reference reads the whole text at once.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { toClientRequest } from "../harness/wire.ts";
import type { ProviderReply } from "../providers/types.ts";
import { runExchange } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";

const MODES = ["passthrough", "ignore", "concat"] as const;
type Mode = (typeof MODES)[number];
interface Said {
  reasoning: string;
  content: string;
}

/** Numbers that look random and are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const PIECES = [
  "<think>",
  "</think>",
  "<",
  "</",
  "<thi",
  "nk>",
  "think",
  " ",
  "\n",
  "a",
  "é",
  "思",
  '"',
  "\\",
  "😀",
  "/",
];

/** What a text says: the whole of it, without cuts. */
function read(text: string): Said {
  const start = /^[ \n\t\r]{0,64}<think>/.exec(text);
  if (!start) return { reasoning: "", content: text };
  const rest = text.slice(start[0].length);
  const end = rest.indexOf("</think>");
  if (end < 0) return { reasoning: rest, content: "" };
  return { reasoning: rest.slice(0, end), content: rest.slice(end + 8).replace(/^[ \n\t\r]+/, "") };
}

function expected(text: string, mode: Mode): Said {
  const { reasoning, content } = read(text);
  if (mode === "passthrough") return { reasoning, content };
  if (mode === "ignore" || reasoning === "") return { reasoning: "", content };
  return { reasoning: "", content: `<think>${reasoning}</think>\n${content}` };
}

const host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "warn" });
const contexts = MODES.map((reasoningContentMode) => {
  const provider = { type: "minimax", apiToken: "sk-test-1234", reasoningContentMode };
  const context = host.configure("ai-proxy", JSON.stringify({ provider }));
  assert.ok(context);
  return context;
});

function play(mode: Mode, isStream: boolean, body: string): string {
  const json = { model: "m", stream: isStream, messages: [{ role: "user", content: "hi" }] };
  const type = isStream ? "text/event-stream" : "application/json";
  const answer = (): ProviderReply => ({ status: 200, headers: [["content-type", type]], chunks: [Buffer.from(body)] });
  const context = contexts[MODES.indexOf(mode)];
  return runExchange(host, context, toClientRequest({ json }), { answer }).response.body.toString();
}

function streamed(mode: Mode, deltas: string[]): Said {
  const chunk = (delta: object, finish_reason: string | null) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const events = [...deltas.map((content) => chunk({ content }, null)), chunk({}, "stop"), "data: [DONE]\n\n"];
  const said = { reasoning: "", content: "" };
  for (const [, data] of play(mode, true, events.join("")).matchAll(/^data: (\{.*\})$/gm)) {
    const [{ delta }] = (JSON.parse(data) as { choices: { delta: Record<string, string> }[] }).choices;
    said.reasoning += delta.reasoning_content ?? "";
    said.content += delta.content ?? "";
  }
  return said;
}

function whole(mode: Mode, content: string): Said {
  const received = play(
    mode,
    false,
    JSON.stringify({ choices: [{ index: 0, message: { content }, finish_reason: "stop" }] }),
  );
  const [{ message }] = (JSON.parse(received) as { choices: { message: Record<string, string> }[] }).choices;
  return { reasoning: message.reasoning_content ?? "", content: message.content };
}

describe("reasoning between tags", () => {
  for (const mode of MODES) {
    test(`is the same however it is cut: ${mode}`, () => {
      const next = numbers(7);
      for (let round = 0; round < 1500; round++) {
        const begins = next(3) ? "<think>" : "";
        const text = begins + Array.from({ length: next(9) }, () => PIECES[next(PIECES.length)]).join("");
        const points = Array.from(text);
        const deltas: string[] = [];
        for (let at = 0; at < points.length;) {
          const size = 1 + next(4);
          deltas.push(points.slice(at, at + size).join(""));
          at += size;
        }
        assert.deepEqual(streamed(mode, deltas), expected(text, mode), JSON.stringify(deltas));
        assert.deepEqual(whole(mode, text), expected(text, mode), JSON.stringify(text));
      }
    });
  }

  test("costs time and memory in proportion to the text", () => {
    const long = "<think>" + "</thin".repeat(100_000);
    assert.deepEqual(whole("passthrough", long), { reasoning: long.slice(7), content: "" });
    const pieces = Array.from({ length: 20_000 }, () => "</thin");
    assert.deepEqual(streamed("passthrough", ["<think>", ...pieces]), { reasoning: pieces.join(""), content: "" });
    const spaces = " ".repeat(200_000);
    assert.deepEqual(streamed("passthrough", [spaces, "<think>a</think>"]), {
      reasoning: "",
      content: `${spaces}<think>a</think>`,
    });
  });
});
