// SPDX-License-Identifier: Apache-2.0
import type { ProviderRequest } from "../../providers/types.ts";
import type { Gateway, Provider } from "./gateway.ts";
import * as judge from "./judges.ts";

/** What a client got, and what the provider received of it. */
export interface Outcome {
  status: number;
  headers: Headers;
  text: string;
  received?: ProviderRequest;
}

/** One request that both gateways get. The tables of the documents are made of the rows; the test compares them with what happens. */
export interface Row {
  client: string;
  what: string;
  provider: Provider;
  path: string;
  body: object;
  /** `yes`, or what is wrong for the client. */
  judge: (outcome: Outcome) => string;
  /** What the judge says of each. */
  expected: Record<Gateway, string>;
  /** The row is in the README too. */
  isShort?: boolean;
}

const SCHEMA = { type: "object", properties: { location: { type: "string" } }, required: ["location"] };
const TOOLS = [{ type: "function", function: { name: "get_weather", description: "Weather", parameters: SCHEMA } }];
const CALL = { id: "call_1", type: "function", function: { name: "get_weather", arguments: '{"location":"Paris"}' } };
const LOOP = [
  { role: "user", content: "How is the weather in Paris?" },
  // What OpenAI's SDKs send back of a response that only calls a tool.
  { role: "assistant", content: null, tool_calls: [CALL] },
  { role: "tool", tool_call_id: CALL.id, content: "18 °C" },
];
const IMAGE = [
  { type: "text", text: "What is it?" },
  { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
];
const HELLO = [{ role: "user", content: "Hello!" }];

const CLAUDE = "claude-sonnet-4-6";
const chat = { client: "OpenAI chat", provider: "claude", path: "/v1/chat/completions" } as const;
const body = (fields: object): object => ({ model: CLAUDE, messages: HELLO, ...fields });

const LOST = "no: the tool call is lost";
const AT_GATEWAY = "no: 400 of the gateway";
const AT_PROVIDER = "no: 400 of the provider";
const OTHER_SHAPE = "no: in Anthropic's shape";

/** Every row, in the order of the table. */
export const ROWS: Row[] = [
  {
    ...{ ...chat, what: "text", body: body({}), judge: judge.text, isShort: true },
    expected: { native: "yes", ours: "yes" },
  },
  {
    ...{ ...chat, what: "text, streamed", body: body({ stream: true }), judge: judge.textStream },
    expected: { native: "yes", ours: "yes" },
  },
  {
    ...{ ...chat, what: "a tool call", body: body({ tools: TOOLS, tool_choice: "required" }), judge: judge.toolCall },
    ...{ expected: { native: LOST, ours: "yes" }, isShort: true },
  },
  {
    ...{ ...chat, what: "a tool call, streamed", judge: judge.toolCallStream },
    body: body({ tools: TOOLS, tool_choice: "required", stream: true }),
    expected: { native: LOST, ours: "yes" },
  },
  {
    ...{ ...chat, what: "the second turn of a tool loop", body: body({ tools: TOOLS, messages: LOOP }) },
    ...{ judge: judge.text, expected: { native: AT_GATEWAY, ours: "yes" }, isShort: true },
  },
  {
    ...{ ...chat, what: "an image", body: body({ messages: [{ role: "user", content: IMAGE }] }), judge: judge.text },
    ...{ expected: { native: AT_PROVIDER, ours: "yes" }, isShort: true },
  },
  {
    ...{ ...chat, what: "`reasoning_effort`", body: body({ reasoning_effort: "high" }), judge: judge.text },
    expected: { native: AT_PROVIDER, ours: "yes" },
  },
  {
    ...{ ...chat, what: "the provider's 429", body: body({ model: `${CLAUDE}-rate-limited` }), judge: judge.rateLimit },
    ...{ expected: { native: OTHER_SHAPE, ours: "yes" }, isShort: true },
  },
  {
    ...{ ...chat, what: "an error inside a 200 stream", judge: judge.streamError },
    body: body({ model: `${CLAUDE}-stream-error`, stream: true }),
    expected: { native: OTHER_SHAPE, ours: "yes" },
  },
  {
    ...{ client: "OpenAI Responses", what: "text", provider: "openai", path: "/v1/responses" },
    ...{ body: { model: "gpt-4o", input: "Hello!" }, judge: judge.responsesText },
    ...{ expected: { native: AT_GATEWAY, ours: "yes" }, isShort: true },
  },
  {
    ...{ client: "OpenAI Responses", what: "text", provider: "claude", path: "/v1/responses" },
    ...{ body: { model: CLAUDE, input: "Hello!" }, judge: judge.responsesText },
    expected: { native: AT_GATEWAY, ours: "yes" },
  },
  {
    ...{ client: "Anthropic Messages", what: "a tool call", provider: "claude", path: "/v1/messages" },
    ...{ body: messages({ model: CLAUDE, tool_choice: { type: "any" } }), judge: judge.toolUse },
    expected: { native: LOST, ours: "yes" },
  },
  {
    ...{ client: "Anthropic Messages", what: "text", provider: "openai", path: "/v1/messages" },
    ...{ body: messages({ model: "gpt-4o" }), judge: judge.messagesText },
    ...{ expected: { native: "yes", ours: "yes" }, isShort: true },
  },
];

function messages(fields: { model: string; tool_choice?: object }): object {
  const tools = fields.tool_choice ? { tools: [{ name: "get_weather", input_schema: SCHEMA }] } : {};
  return { max_tokens: 100, messages: HELLO, ...tools, ...fields };
}
