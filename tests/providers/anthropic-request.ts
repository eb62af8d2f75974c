// SPDX-License-Identifier: Apache-2.0
// https://docs.claude.com/en/api/messages
import { type AnthropicRefusal, invalid } from "./anthropic-errors.ts";
import { firstParameter } from "./openai-chat.ts";
import type { Conversation, ToolDeclaration } from "./scenarios.ts";
import { isObject, type JsonObject } from "./wire.ts";

const fields = [
  ...["model", "messages", "max_tokens", "container", "mcp_servers", "metadata", "output_config", "service_tier"],
  ...["stop_sequences", "stream", "system", "temperature", "thinking", "tool_choice", "tools", "top_k", "top_p"],
];

/** Differences between a service with the Messages API and Anthropic's own. */
export interface RequestLimits {
  images: boolean;
  maxTemperature: number;
  /** Whether `output_config.format` has no effect. */
  ignoresFormat?: boolean;
  /** Refuses what the requested model does not take, in a request whose form is right. */
  checkModel?(body: JsonObject): void;
}

/** Refuses the requests that the Messages API refuses; returns the conversation. */
export function readMessages(body: JsonObject, limits: RequestLimits): Conversation {
  const unknown = Object.keys(body).find((name) => !fields.includes(name));
  if (unknown !== undefined) throw invalid(unknown, "Extra inputs are not permitted");
  if (body.max_tokens === undefined) throw required("max_tokens");
  if (!Number.isInteger(body.max_tokens)) throw invalid("max_tokens", "Input should be a valid integer");
  if ((body.max_tokens as number) < 1) throw invalid("max_tokens", "Input should be greater than or equal to 1");
  const { temperature } = body;
  if (typeof temperature === "number" && (temperature < 0 || temperature > limits.maxTemperature)) {
    throw invalid("temperature", `range: 0..${limits.maxTemperature}`);
  }
  if (body.system !== undefined && typeof body.system !== "string") checkBlocks(body.system, "system", ["text"]);
  const messages = checkMessages(body.messages, limits);
  const last = blocksOf(messages[messages.length - 1]);
  limits.checkModel?.(body);
  return {
    lastRole: last.some(({ type }) => type === "tool_result") ? "tool" : (messages.at(-1)!.role as string),
    lastText: last.map(({ text }) => (typeof text === "string" ? text : "")).join(""),
    tools: checkTools(body.tools ?? []),
    toolChoice: choiceOf(body.tool_choice),
    images: messages.flatMap(blocksOf).filter(({ type }) => type === "image").length,
    thinking: isObject(body.thinking) && body.thinking.type === "enabled",
    wantsJson: isObject(body.output_config) && body.output_config.format !== undefined && !limits.ignoresFormat,
    maxTokens: body.max_tokens as number,
  };
}

const required = (path: string): AnthropicRefusal => invalid(path, "Field required");

/** The blocks of a message's content. */
export const blocksOf = (message: JsonObject): JsonObject[] =>
  typeof message.content === "string" ? [{ type: "text", text: message.content }] : (message.content as JsonObject[]);

function checkMessages(messages: unknown, limits: RequestLimits): JsonObject[] {
  if (messages === undefined) throw required("messages");
  if (!Array.isArray(messages)) throw invalid("messages", "Input should be a valid array");
  if (messages.length === 0) throw invalid("messages", "at least one message is required");
  const images = limits.images ? ["image"] : [];
  messages.forEach((message: unknown, i) => {
    const at = `messages.${i}`;
    if (!isObject(message)) throw invalid(at, "Input should be a valid dictionary");
    if (message.role === undefined) throw required(`${at}.role`);
    if (message.role !== "user" && message.role !== "assistant") {
      throw invalid(at, `Unexpected role "${String(message.role)}". Allowed roles are "user" or "assistant".`);
    }
    if (message.content === undefined) throw required(`${at}.content`);
    if (typeof message.content === "string") return;
    const own = message.role === "user" ? ["tool_result", ...images] : ["tool_use", "thinking", "redacted_thinking"];
    checkBlocks(message.content, `${at}.content`, ["text", ...own]);
  });
  checkToolTurns(messages as JsonObject[]);
  return messages as JsonObject[];
}

/** The required fields of each kind of block. */
const members: Record<string, [name: string, type: "string" | "object"][]> = {
  text: [["text", "string"]],
  image: [["source", "object"]],
  tool_use: [
    ["id", "string"],
    ["name", "string"],
    ["input", "object"],
  ],
  tool_result: [["tool_use_id", "string"]],
  thinking: [["thinking", "string"]],
};

function checkBlocks(blocks: unknown, path: string, allowed: readonly string[]): void {
  if (!Array.isArray(blocks)) throw invalid(path, "Input should be a valid list");
  blocks.forEach((block: unknown, i) => {
    const at = `${path}.${i}`;
    if (!isObject(block)) throw invalid(at, "Input should be a valid dictionary");
    if (typeof block.type !== "string" || !allowed.includes(block.type)) {
      const tags = allowed.map((tag) => `'${tag}'`).join(", ");
      throw invalid(at, `Input tag '${String(block.type)}' does not match any of the expected tags: ${tags}`);
    }
    for (const [name, type] of members[block.type] ?? []) {
      if (block[name] === undefined) throw required(`${at}.${block.type}.${name}`);
      if (type === "string" ? typeof block[name] !== "string" : !isObject(block[name])) {
        throw invalid(`${at}.${block.type}.${name}`, `Input should be a valid ${type}`);
      }
    }
  });
}

/** Every tool call must have its result in the next message. */
function checkToolTurns(messages: JsonObject[]): void {
  messages.forEach((message, i) => {
    const used = blocksOf(message).flatMap(({ type, id }) => (type === "tool_use" ? [id] : []));
    const next = i + 1 < messages.length ? blocksOf(messages[i + 1]) : [];
    const answered = next.flatMap(({ type, tool_use_id }) => (type === "tool_result" ? [tool_use_id] : []));
    const open = used.filter((id) => !answered.includes(id));
    if (open.length > 0) {
      const text = `\`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(", ")}`;
      throw invalid(`messages.${i}`, text);
    }
    if (answered.some((id) => !used.includes(id))) {
      throw invalid(`messages.${i + 1}`, "unexpected `tool_use_id` found in `tool_result` blocks");
    }
  });
}

function checkTools(tools: unknown): ToolDeclaration[] {
  if (!Array.isArray(tools)) throw invalid("tools", "Input should be a valid list");
  return tools.map((tool: unknown, i) => {
    if (!isObject(tool)) throw invalid(`tools.${i}`, "Input should be a valid dictionary");
    if (typeof tool.name !== "string") throw required(`tools.${i}.name`);
    if (!isObject(tool.input_schema)) throw required(`tools.${i}.input_schema`);
    return { name: tool.name, parameter: firstParameter(tool.input_schema) };
  });
}

function choiceOf(choice: unknown): string {
  if (choice === undefined) return "auto";
  const type = isObject(choice) ? choice.type : undefined;
  if (type === "tool") return String((choice as JsonObject).name);
  if (type === "any") return "required";
  if (type === "auto" || type === "none") return type;
  throw invalid("tool_choice", "Input should be an object with the type 'auto', 'any', 'tool' or 'none'");
}
