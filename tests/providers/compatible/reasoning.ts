// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from "../wire.ts";
import type { ReasoningForm } from "./facts.ts";

/** The values of `reasoningContentMode`. */
export const MODES = ["passthrough", "ignore", "concat"] as const;
/** One of them. */
export type Mode = (typeof MODES)[number];

const whole = (message: JsonObject): JsonObject => ({
  ...{ id: "c", object: "chat.completion", created: 1, model: "m" },
  choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: "stop" }],
  usage: { prompt_tokens: 11, completion_tokens: 22, total_tokens: 33 },
});

const chunk = (delta: JsonObject, finish_reason: string | null = null): JsonObject => ({
  ...{ id: "c", object: "chat.completion.chunk", created: 1, model: "m" },
  choices: [{ index: 0, delta, finish_reason }],
});

const parts = (text: string): JsonObject[] => [{ type: "thinking", thinking: [{ type: "text", text }] }];

/** A response that reasons `Hm\n?` and says `Yes`, as the provider writes it. */
export function wholeReply(form: ReasoningForm): JsonObject {
  if (form === "think") return whole({ content: "<think>Hm\n?</think>\n\nYes" });
  if (form === "parts") return whole({ content: [...parts("Hm\n?"), { type: "text", text: "Yes" }] });
  return whole({ content: "Yes", [form]: "Hm\n?" });
}

/** The same for the client. */
export function wholeResponse(mode: Mode): JsonObject {
  if (mode === "concat") return whole({ content: "<think>Hm\n?</think>\nYes" });
  return whole(mode === "ignore" ? { content: "Yes" } : { content: "Yes", reasoning_content: "Hm\n?" });
}

/** The chunks of the same response, as the provider writes them. */
export function streamReply(form: ReasoningForm): JsonObject[] {
  const opening = chunk({ role: "assistant", content: "" });
  const end = chunk({}, "stop");
  if (form === "think") {
    const pieces = ["<th", "ink>H", "m</thi", "nk>\n\nYes", " <think>!"];
    return [opening, ...pieces.map((content) => chunk({ content })), end];
  }
  const reasoning = ["H", "m"].map((text) => chunk(form === "parts" ? { content: parts(text) } : { [form]: text }));
  return [opening, ...reasoning, chunk({ content: "Yes" }), chunk({ content: " <think>!" }), end];
}

/** The same for the client. */
export function streamResponse(mode: Mode): JsonObject[] {
  const reasoning = mode === "concat" ? ["<think>H", "m"].map((content) => ({ content })) : [];
  if (mode === "passthrough") reasoning.push(...(["H", "m"].map((text) => ({ reasoning_content: text })) as never[]));
  const first = mode === "concat" ? "</think>\nYes" : "Yes";
  const deltas = [{ role: "assistant", content: "" }, ...reasoning, { content: first }, { content: " <think>!" }];
  return [...deltas.map((delta) => chunk(delta)), chunk({}, "stop")];
}
