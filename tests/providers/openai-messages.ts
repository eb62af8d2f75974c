// SPDX-License-Identifier: Apache-2.0
// https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages
import { badRequest, missing, notAmong, wrongType } from "./openai-errors.ts";
import { requireString } from "./openai-fields.ts";
import { isObject, type JsonObject } from "./wire.ts";

const roles = ["system", "assistant", "user", "function", "tool", "developer"] as const;
const partTypes = ["text", "image_url", "input_audio", "refusal", "audio", "file"] as const;

/** Refuses messages that the chat completions API refuses, with the path of the field. */
export function checkMessages(messages: unknown): JsonObject[] {
  if (messages === undefined) throw missing("messages");
  if (!Array.isArray(messages)) throw wrongType("messages", "an array of objects", messages);
  if (messages.length === 0) {
    const text =
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.";
    throw badRequest(text, "messages", "empty_array");
  }
  messages.forEach((message: unknown, i) => checkMessage(message, `messages[${i}]`));
  checkToolTurns(messages as JsonObject[]);
  return messages as JsonObject[];
}

/** The text of a message whose content is a string or a list of parts. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part: JsonObject) => (part.type === "text" ? String(part.text) : "")).join("");
}

/** The number of images in the messages. */
export const imagesIn = (messages: JsonObject[]): number =>
  messages
    .flatMap(({ content }) => (Array.isArray(content) ? (content as JsonObject[]) : []))
    .filter(({ type }) => type === "image_url").length;

function checkMessage(message: unknown, path: string): void {
  if (!isObject(message)) throw wrongType(path, "an object", message);
  const role = requireString(message, "role", `${path}.role`);
  if (!roles.includes(role as (typeof roles)[number])) throw notAmong(`${path}.role`, role, roles);
  if (role === "tool") requireString(message, "tool_call_id", `${path}.tool_call_id`);
  if (role === "assistant" && Array.isArray(message.tool_calls)) checkToolCalls(message.tool_calls, path);
  checkContent(message, path);
}

function checkContent(message: JsonObject, path: string): void {
  const { content, role } = message;
  const mayBeAbsent = role === "assistant" && (message.tool_calls || message.function_call || message.refusal);
  if (typeof content === "string" || (mayBeAbsent && (content === null || content === undefined))) return;
  if (!Array.isArray(content))
    throw wrongType(`${path}.content`, "one of a string or array of objects", content ?? null);
  content.forEach((part: unknown, i) => checkPart(part, `${path}.content[${i}]`));
}

function checkPart(part: unknown, path: string): void {
  if (!isObject(part)) throw wrongType(path, "an object", part);
  const type = requireString(part, "type", `${path}.type`);
  if (!partTypes.includes(type as (typeof partTypes)[number])) throw notAmong(`${path}.type`, type, partTypes);
  if (type === "text") requireString(part, "text", `${path}.text`);
  if (type === "image_url") {
    if (part.image_url === undefined) throw missing(`${path}.image_url`);
    if (!isObject(part.image_url)) throw wrongType(`${path}.image_url`, "an object", part.image_url);
    requireString(part.image_url, "url", `${path}.image_url.url`);
  }
}

function checkToolCalls(calls: unknown[], path: string): void {
  if (calls.length === 0) {
    throw badRequest(`Invalid '${path}.tool_calls': empty array.`, `${path}.tool_calls`, "empty_array");
  }
  calls.forEach((call, i) => {
    const at = `${path}.tool_calls[${i}]`;
    if (!isObject(call)) throw wrongType(at, "an object", call);
    requireString(call, "id", `${at}.id`);
    requireString(call, "type", `${at}.type`);
    if (!isObject(call.function)) throw missing(`${at}.function`);
    requireString(call.function, "name", `${at}.function.name`);
    requireString(call.function, "arguments", `${at}.function.arguments`);
  });
}

/** Every tool call must have its result in the next messages, and every result must have its call. */
function checkToolTurns(messages: JsonObject[]): void {
  let open: string[] = [];
  messages.forEach((message, i) => {
    if (message.role === "tool") {
      if (!open.includes(message.tool_call_id as string)) {
        const text = "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
        throw badRequest(`Invalid parameter: ${text}`, `messages.[${i}].role`);
      }
      open = open.filter((id) => id !== message.tool_call_id);
      return;
    }
    refuseUnanswered(open);
    const calls = message.role === "assistant" && Array.isArray(message.tool_calls) ? message.tool_calls : [];
    open = (calls as JsonObject[]).map(({ id }) => id as string);
  });
  refuseUnanswered(open);
}

function refuseUnanswered(open: string[]): void {
  if (open.length === 0) return;
  const text =
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. " +
    `The following tool_call_ids did not have response messages: ${open.join(", ")}`;
  throw badRequest(text, "messages");
}
