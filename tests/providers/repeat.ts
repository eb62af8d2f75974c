// SPDX-License-Identifier: Apache-2.0
import type { Dialect } from "./types.ts";
import { eventStream, type JsonObject, jsonReply, parseObject, requestIdOf } from "./wire.ts";

/** The number of events that carry the text, and the time between two of them. */
const PIECES = 10;
const DELAY_MS = 3;

/**
 * A chat server for tests of many chats at once: it repeats the question, after the name of the model, slowly. It checks
 * nothing.
 */
export const repeating: Dialect = {
  name: "repeating",
  handle(request) {
    const id = `chatcmpl-${requestIdOf(request)}`;
    const { model, messages, stream } = parseObject(request.body) as unknown as Chat;
    const content = `${model}: ${messages.at(-1)?.content}`;
    const base = { id, model, created: 1741569952 };
    if (!stream) {
      const message = { role: "assistant", content };
      const choices = [{ index: 0, message, finish_reason: "stop" }];
      return jsonReply(200, { ...base, object: "chat.completion", choices });
    }
    const chunk = (delta: JsonObject, finish_reason: string | null = null): string =>
      event({ ...base, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] });
    const letters = [...content];
    const size = Math.ceil(letters.length / PIECES);
    const pieces = Array.from({ length: PIECES }, (_, index) =>
      letters.slice(index * size, (index + 1) * size).join(""),
    );
    const events = [
      chunk({ role: "assistant" }),
      ...pieces.map((piece) => chunk({ content: piece })),
      chunk({}, "stop"),
    ];
    return { ...eventStream([...events, "data: [DONE]\n\n"], "text/event-stream"), delayMs: DELAY_MS };
  },
};

interface Chat {
  model: string;
  messages: { content: string }[];
  stream?: boolean;
}

const event = (data: JsonObject): string => `data: ${JSON.stringify(data)}\n\n`;
