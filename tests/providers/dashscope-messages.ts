// SPDX-License-Identifier: Apache-2.0
// https://www.alibabacloud.com/help/en/model-studio/qwen-api-reference (input.messages)
import { invalidParameter } from "./dashscope-errors.ts";
import { isObject, type JsonObject } from "./wire.ts";

const messageKeys = ["role", "content", "name", "tool_calls", "tool_call_id", "reasoning_content", "partial"];
const modalities = ["text", "image", "audio", "video"];
const partOptions = ["cache_control", "enable_rotate", "fps", "max_frames", "min_pixels", "max_pixels", "total_pixels"];

/** Refuses messages that the text or the multimodal endpoint refuses. */
export function checkMessages(messages: unknown, multimodal: boolean): JsonObject[] {
  if (messages === undefined || messages === null) {
    throw invalidParameter('Either "prompt" or "messages" must exist and cannot both be none');
  }
  if (!Array.isArray(messages)) throw invalidParameter("Input should be a valid list: input.messages");
  if (messages.length === 0) throw invalidParameter("[] is too short - 'messages'");
  messages.forEach((message: unknown, i) => checkMessage(message, `input.messages.${i}`, multimodal));
  if (!messages.some((message: JsonObject) => message.role === "user")) {
    throw invalidParameter("The input messages do not contain elements with the role of user.");
  }
  checkToolTurns(messages as JsonObject[]);
  return messages as JsonObject[];
}

/** The text of a message whose content is a string or a list of parts. */
export function textOf(content: unknown): string {
  if (!Array.isArray(content)) return typeof content === "string" ? content : "";
  return content.map((part: JsonObject) => (typeof part.text === "string" ? part.text : "")).join("");
}

/** The number of images in the messages. */
export const imagesIn = (messages: JsonObject[]): number =>
  messages
    .flatMap(({ content }) => (Array.isArray(content) ? (content as JsonObject[]) : []))
    .filter((part) => part.image !== undefined).length;

function checkMessage(message: unknown, path: string, multimodal: boolean): void {
  const shapeless = invalidParameter(`Input should be a valid dictionary or instance of GPT3Message: ${path}`);
  if (!isObject(message)) throw shapeless;
  if (Object.keys(message).some((key) => !messageKeys.includes(key))) throw shapeless;
  const { role, content } = message;
  if (!["system", "user", "assistant", "tool"].includes(role as string)) {
    throw invalidParameter("Role must be user or assistant and Content length must be greater than 0");
  }
  if (content === undefined || content === null) throw invalidParameter("The content field is a required field.");
  if (role === "assistant" && message.tool_calls !== undefined) checkToolCalls(message.tool_calls, path);
  if (typeof content === "string") {
    if (content === "" && message.tool_calls === undefined && role !== "tool") {
      throw invalidParameter("Role must be user or assistant and Content length must be greater than 0");
    }
    return;
  }
  if (!multimodal && isDocumentContent(content)) return;
  if (!multimodal) throw invalidParameter("input content must be a string.");
  if (!Array.isArray(content)) throw shapeless;
  content.forEach((part) => checkPart(part));
}

/** Typed parts of text and documents: https://www.alibabacloud.com/help/en/model-studio/data-mining-qwen-doc */
function isDocumentContent(content: unknown): boolean {
  const types = Array.isArray(content) ? content.map((part) => (isObject(part) ? part.type : undefined)) : [];
  return types.includes("doc_url") && types.every((type) => type === "text" || type === "doc_url");
}

/** The key of a part is its kind; OpenAI's `{type, …}` is not a part. */
function checkPart(part: unknown): void {
  const keys = isObject(part) ? Object.keys(part) : [];
  if (keys.length === 0 || keys.some((key) => !modalities.includes(key) && !partOptions.includes(key))) {
    throw invalidParameter("The item of content should be a message of a certain modal.");
  }
  const { text, image } = part as JsonObject;
  if (text !== undefined && typeof text !== "string") {
    throw invalidParameter("The item of content should be a message of a certain modal.");
  }
  if (image !== undefined && !(typeof image === "string" && /^(https?:\/\/|data:[^,]+;base64,|oss:\/\/)/.test(image))) {
    throw invalidParameter("The provided URL does not appear to be valid. Ensure it is correctly formatted.");
  }
}

function checkToolCalls(calls: unknown, path: string): void {
  const whole = (call: unknown): boolean =>
    isObject(call) &&
    typeof call.id === "string" &&
    call.type === "function" &&
    isObject(call.function) &&
    typeof call.function.name === "string" &&
    typeof call.function.arguments === "string";
  if (!Array.isArray(calls) || !calls.every(whole)) {
    throw invalidParameter(`Input should be a valid dictionary or instance of GPT3Message: ${path}.tool_calls`);
  }
}

/** A tool result must name a call of the assistant message before it. */
function checkToolTurns(messages: JsonObject[]): void {
  let called: unknown[] = [];
  for (const message of messages) {
    if (message.role === "assistant") called = ((message.tool_calls ?? []) as JsonObject[]).map(({ id }) => id);
    if (message.role !== "tool") continue;
    if (called.length === 0 || (message.tool_call_id !== undefined && !called.includes(message.tool_call_id))) {
      throw invalidParameter('messages with role "tool" must be a response to a preceeding message with "tool_calls"');
    }
  }
}
