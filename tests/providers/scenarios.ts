// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import type { JsonObject } from "./wire.ts";

/** A conversation, independent of a provider's format. */
export interface Conversation {
  /** Role and plain text of the last message. */
  lastRole: string;
  lastText: string;
  tools: ToolDeclaration[];
  /** `auto`, `none`, `required`, or the name of the required tool. */
  toolChoice: string;
  images: number;
  thinking: boolean;
  wantsJson: boolean;
  /** The limit of the output in tokens; one part counts as one token. */
  maxTokens?: number;
}

/** A function that the client declared. */
export interface ToolDeclaration {
  name: string;
  /** The first required parameter, or the first parameter if none is required. */
  parameter: string;
}

/** One call of a declared function; the joined `pieces` are its JSON arguments. */
export interface ToolCall {
  id: string;
  name: string;
  pieces: string[];
}

/** The output that every dialect writes in its own format. One part is one token and one streamed event. */
export interface Output {
  reasoning: string[];
  content: string[];
  toolCalls: ToolCall[];
  finish: "stop" | "tool_calls" | "length";
}

interface Scenario {
  name: string;
  when(conversation: Conversation): boolean;
  output(conversation: Conversation): ScenarioOutput;
}

/** The output of a scenario; any scenario can have reasoning, and most have the same. */
type ScenarioOutput = Omit<Output, "reasoning"> & { reasoning?: string[] };
type FixtureName = "text" | "tool-result" | "reasoning" | "vision" | "json" | "told-call";
type Fixtures = Record<FixtureName, { content: string[] }> & {
  reasoning: { reasoning: string[] };
  "told-call": { reasoning: string[] };
  "tool-call": { cities: string[] };
  search: { results: JsonObject[] };
};
const fixtureText = readFileSync(new URL("../fixtures/scenarios.json", import.meta.url), "utf8");
const fixtures = JSON.parse(fixtureText) as Fixtures;

const textOutput = (name: FixtureName): ScenarioOutput => ({
  content: fixtures[name].content,
  toolCalls: [],
  finish: "stop",
});

/** The first scenario whose condition is true applies. */
const scenarios: Scenario[] = [
  { name: "tool-result", when: (c) => c.lastRole === "tool", output: () => textOutput("tool-result") },
  { name: "told-call", when: (c) => callsTool(c) && /\btell me\b/i.test(c.lastText), output: toldCalls },
  { name: "tool-call", when: callsTool, output: toolCalls },
  { name: "vision", when: (c) => c.images > 0, output: () => textOutput("vision") },
  { name: "json", when: (c) => c.wantsJson, output: () => textOutput("json") },
  { name: "reasoning", when: (c) => c.thinking, output: () => textOutput("reasoning") },
  { name: "text", when: () => true, output: () => textOutput("text") },
];

/** The output for a conversation: the same for every dialect, and the same each time. */
export function outputFor(conversation: Conversation): Output {
  const chosen = scenarios.find((scenario) => scenario.when(conversation))!.output(conversation);
  const reasoning = chosen.reasoning ?? fixtures.reasoning.reasoning;
  const output = { ...chosen, reasoning: conversation.thinking ? reasoning : [] };
  const limit = conversation.maxTokens ?? Infinity;
  if (output.toolCalls.length > 0 || output.content.length <= limit) return output;
  return { ...output, content: output.content.slice(0, limit), finish: "length" };
}

/** The web pages that a response with search results cites. */
export const searchResults: JsonObject[] = fixtures.search.results;

/** The number of tokens of an output, the same for every dialect. */
export function tokensOf(output: Output): { reasoning: number; text: number; total: number } {
  const reasoning = output.reasoning.length;
  const text = output.content.length + output.toolCalls.reduce((sum, call) => sum + call.pieces.length, 0);
  return { reasoning, text, total: reasoning + text };
}

/** The number of tokens of a prompt: a rough but stable estimate. */
export const promptTokens = (messages: unknown): number => Math.ceil(JSON.stringify(messages).length / 4);

function callsTool(conversation: Conversation): boolean {
  if (conversation.tools.length === 0 || conversation.toolChoice === "none") return false;
  return conversation.toolChoice !== "auto" || /weather|天气/i.test(conversation.lastText);
}

/** Two cities in the question give two parallel calls. */
function toolCalls(conversation: Conversation): ScenarioOutput {
  const { tools, toolChoice, lastText } = conversation;
  const tool =
    tools.find(({ name }) => name === toolChoice) ?? tools.find(({ name }) => /weather/i.test(name)) ?? tools[0];
  const cities = fixtures["tool-call"].cities.slice(0, /\band\b|和/.test(lastText) ? 2 : 1);
  const calls = cities.map((city, index) => ({
    id: `call_${"0123456789abcdef".repeat(2).slice(0, 22)}${index}`,
    name: tool.name,
    pieces: ['{"', tool.parameter, '": "', city, '市"}'],
  }));
  return { content: [], toolCalls: calls, finish: "tool_calls" };
}

/** The same calls behind a text, everything in few pieces: a short stream that has it all. */
function toldCalls(conversation: Conversation): ScenarioOutput {
  const { toolCalls: calls, finish } = toolCalls(conversation);
  const halves = calls.map(({ pieces, ...call }) => ({
    ...call,
    pieces: [pieces.slice(0, 3).join(""), pieces.slice(3).join("")],
  }));
  const { reasoning, content } = fixtures["told-call"];
  return { reasoning, content, toolCalls: halves, finish };
}
