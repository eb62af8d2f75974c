import { post } from "./client.ts";
import { chatRequest } from "./traffic.ts";

const WORDS = "The quick brown fox jumps over the lazy dog while the gateway counts every byte that it forwards. ";
const TEXT = WORDS.repeat(7).slice(0, 640);

/** The chat of `chatRequest` as a request of OpenAI's Responses. */
export function responsesRequest(bytes: number, stream: boolean): Buffer {
  const chat = chatRequest(bytes, stream).toString();
  const { messages, max_tokens, ...rest } = JSON.parse(chat.slice(chat.indexOf("\r\n\r\n") + 4)) as Record<
    string,
    unknown
  >;
  return post("/v1/responses", JSON.stringify({ ...rest, max_output_tokens: max_tokens, input: messages }));
}

/** A message of Anthropic's of about 1 KB. https://platform.claude.com/docs/en/api/messages */
export const claudeResponse = JSON.stringify({
  ...{ id: "msg_01XFDUDYJgAACzvnptvVoYEL", type: "message", role: "assistant", model: "claude-sonnet-4-5-20250929" },
  ...{ content: [{ type: "text", text: TEXT }], stop_reason: "end_turn", stop_sequence: null },
  usage: { input_tokens: 190, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 130 },
});

const event = (type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const began = { id: "msg_1", type: "message", role: "assistant", model: "claude-sonnet-4-5", content: [] };
const BEGINNING =
  event("message_start", { message: { ...began, usage: { input_tokens: 190, output_tokens: 1 } } }) +
  event("content_block_start", { index: 0, content_block: { type: "text", text: "" } });

/** One delta of a stream of Anthropic's; the first one with what comes before it. */
export const claudeEvent = (index: number, now: string): string =>
  (index ? "" : BEGINNING) +
  event("content_block_delta", { index: 0, delta: { type: "text_delta", text: `@${now}@ word` } });

/** The end of a stream of Anthropic's. */
export const claudeEnding =
  event("content_block_stop", { index: 0 }) +
  event("message_delta", { delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 200 } }) +
  event("message_stop", {});

const usageMetadata = { promptTokenCount: 190, candidatesTokenCount: 130, totalTokenCount: 320 };
const gemini = (text: string, finishReason?: string): string =>
  JSON.stringify({
    candidates: [{ content: { parts: [{ text }], role: "model" }, finishReason, index: 0 }],
    ...{ usageMetadata, modelVersion: "gemini-2.5-flash", responseId: "mAitaLmkHPPlz7IPvtfUqQ4" },
  });

/** A response of Gemini's of about 1 KB. https://ai.google.dev/api/generate-content */
export const geminiResponse = gemini(TEXT, "STOP");

/** One event of a stream of Gemini's. */
export const geminiEvent = (_index: number, now: string): string => `data: ${gemini(`@${now}@ word`)}\n\n`;

/** The end of a stream of Gemini's. */
export const geminiEnding = `data: ${gemini("", "STOP")}\n\n`;
