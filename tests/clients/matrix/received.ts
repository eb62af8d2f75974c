// SPDX-License-Identifier: Apache-2.0
// What a provider receives of a turn, in the words of its protocol, read into the same parts for each.
import type { JsonObject } from "../../providers/wire.ts";
import type { Call } from "./turn.ts";

/** The parts of a request that the turns of the matrix have. */
export interface Received {
  system: string;
  /** What the user says. */
  text: string;
  /** Base64. */
  pictures: string[];
  tools: { name: string; description: string; schema: unknown }[];
  /** Whether several calls at once are allowed; undefined where the request does not say it. */
  isParallel?: boolean;
  calls: Call[];
  results: { id: string; text: string }[];
  /** The reasoning of earlier turns: its text, or what the provider signed or encrypted it with. */
  replayed: string[];
  thinks: boolean;
  schema?: unknown;
}

/** Reads the request of a protocol. */
export type RequestView = (body: JsonObject) => Received;

type List = JsonObject[];
const list = (value: unknown): List => (Array.isArray(value) ? (value as List) : []);
const object = (value: unknown): JsonObject => (value ?? {}) as JsonObject;
const joined = (texts: unknown[]): string => texts.filter((text) => typeof text === "string").join("");
const strings = (values: unknown[]): string[] =>
  values.filter((value) => typeof value === "string" && value !== "") as string[];
const parsed = (json: unknown): unknown => JSON.parse(String(json));
const base64Of = (url: unknown): string[] => strings([/^data:image\/png;base64,(.*)$/.exec(String(url))?.[1]]);

/** The text of a string, or of the parts of a list. */
const textOf = (content: unknown): string =>
  typeof content === "string" ? content : joined(list(content).map(({ text }) => text));

/** https://platform.openai.com/docs/api-reference/chat/create, with `reasoning_content` of other providers. */
export const chatView: RequestView = (body) => {
  const messages = list(body.messages);
  const of = (...roles: string[]): List => messages.filter(({ role }) => roles.includes(String(role)));
  const parts = of("user").flatMap(({ content }) => list(content));
  return {
    system: of("system", "developer")
      .map(({ content }) => textOf(content))
      .join("\n"),
    text: of("user")
      .map(({ content }) => textOf(content))
      .join("\n"),
    pictures: parts.flatMap(({ image_url }) => base64Of(object(image_url).url)),
    tools: list(body.tools).map((tool) => functionOf(object(tool.function))),
    ...(body.parallel_tool_calls === undefined ? {} : { isParallel: body.parallel_tool_calls === true }),
    calls: of("assistant").flatMap(({ tool_calls }) => list(tool_calls).map(callOf)),
    results: of("tool").map(({ tool_call_id, content }) => ({ id: String(tool_call_id), text: textOf(content) })),
    replayed: strings(of("assistant").map(({ reasoning_content }) => reasoning_content)),
    thinks: body.enable_thinking === true || body.reasoning_effort !== undefined,
    schema: object(object(body.response_format).json_schema).schema,
  };
};

/** https://platform.openai.com/docs/api-reference/responses/create */
export const responsesView: RequestView = (body) => {
  const items = typeof body.input === "string" ? [{ role: "user", content: body.input }] : list(body.input);
  const of = (type: string): List => items.filter((item) => item.type === type);
  const said = items.filter(({ role }) => role === "user");
  const format = object(object(body.text).format);
  return {
    system: String(body.instructions ?? ""),
    text: said.map(({ content }) => textOf(content)).join("\n"),
    pictures: said.flatMap(({ content }) => list(content)).flatMap(({ image_url }) => base64Of(image_url)),
    tools: list(body.tools).map(functionOf),
    ...(body.parallel_tool_calls === undefined ? {} : { isParallel: body.parallel_tool_calls === true }),
    calls: of("function_call").map((item) => ({
      ...{ id: String(item.call_id), name: String(item.name) },
      arguments: parsed(item.arguments),
    })),
    results: of("function_call_output").map(({ call_id, output }) => ({ id: String(call_id), text: textOf(output) })),
    replayed: of("reasoning").flatMap(({ encrypted_content: encrypted, summary, content }) =>
      strings([encrypted, textOf(summary), textOf(content)]),
    ),
    thinks: object(body.reasoning).effort !== undefined,
    schema: format.schema,
  };
};

/** https://platform.claude.com/docs/en/api/messages */
export const messagesView: RequestView = (body) => {
  const blocks = (role: string): List =>
    list(body.messages)
      .filter((message) => message.role === role)
      .flatMap(({ content }) => (typeof content === "string" ? [{ type: "text", text: content }] : list(content)));
  const of = (role: string, type: string): List => blocks(role).filter((block) => block.type === type);
  const { type: thinking } = object(body.thinking);
  const choice = object(body.tool_choice);
  return {
    system: textOf(body.system),
    text: of("user", "text")
      .map(({ text }) => String(text))
      .join("\n"),
    pictures: strings(of("user", "image").map(({ source }) => object(source).data)),
    tools: list(body.tools).map(functionOf),
    ...(choice.disable_parallel_tool_use === undefined ? {} : { isParallel: !choice.disable_parallel_tool_use }),
    calls: of("assistant", "tool_use").map((block) => ({
      ...{ id: String(block.id), name: String(block.name) },
      arguments: block.input,
    })),
    results: of("user", "tool_result").map(({ tool_use_id, content }) => ({
      ...{ id: String(tool_use_id), text: textOf(content) },
    })),
    replayed: of("assistant", "thinking").flatMap(({ signature, thinking: text }) => strings([signature, text])),
    thinks: thinking === "enabled" || thinking === "adaptive",
    schema: object(object(body.output_config).format).schema,
  };
};

/** https://ai.google.dev/api/generate-content */
export const geminiView: RequestView = (body) => {
  const contents = list(body.contents);
  const of = (role: string): List =>
    contents.filter((content) => content.role === role).flatMap(({ parts }) => list(parts));
  const config = object(body.generationConfig);
  const calls = of("model").filter(({ functionCall }) => functionCall);
  const results = of("user").filter(({ functionResponse }) => functionResponse);
  return {
    system: joined(list(object(body.systemInstruction).parts).map(({ text }) => text)),
    text: joined(of("user").map(({ text }) => text)),
    pictures: strings(of("user").map(({ inlineData }) => object(inlineData).data)),
    tools: list(body.tools).flatMap(({ functionDeclarations }) => list(functionDeclarations).map(functionOf)),
    calls: calls.map(({ functionCall }) => {
      const { id, name, args } = object(functionCall);
      return { id: String(id), name: String(name), arguments: args };
    }),
    results: results.map(({ functionResponse }) => {
      const { id, response } = object(functionResponse);
      return { id: String(id), text: String(object(response).output) };
    }),
    replayed: strings(of("model").map(({ thoughtSignature }) => thoughtSignature)),
    thinks: object(config.thinkingConfig).includeThoughts === true,
    schema: config.responseJsonSchema,
  };
};

/** https://www.alibabacloud.com/help/en/model-studio/qwen-api-reference: a chat whose parts have their kind as key. */
export const dashScopeView: RequestView = (body) => {
  const { messages } = object(body.input);
  const parameters = object(body.parameters);
  const pictures = list(messages).flatMap(({ content }) => list(content).flatMap(({ image }) => base64Of(image)));
  return { ...chatView({ ...parameters, messages }), pictures };
};

function functionOf(declared: JsonObject): Received["tools"][number] {
  const schema = declared.parameters ?? declared.input_schema ?? declared.parametersJsonSchema;
  return { name: String(declared.name), description: String(declared.description), schema };
}

function callOf(call: JsonObject): Call {
  const { name, arguments: json } = object(call.function);
  return { id: String(call.id), name: String(name), arguments: parsed(json) };
}
