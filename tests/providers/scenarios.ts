// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import type { JsonObject } from "./wire.ts";

/** What a conversation asks for, seen without any provider's spelling. */
export interface Conversation {
  /** Role and plain text of the last message. */
  lastRole: string;
  lastText: string;
  tools: ToolDeclaration[];
  /** `auto`, `none`, `required`, or the name of the one tool that must be called. */
  toolChoice: string;
  images: number;
  thinking: boolean;
  wantsJson: boolean;
  /** The answer is cut after so many tokens; one piece counts as one token. */
  maxTokens?: number;
}

/** A function that the client declared. */
export interface ToolDeclaration {
  name: string;
  /** The first required parameter, or the first one at all. */
  parameter: string;
}

/** One call of a declared function; `pieces` joined are its JSON arguments. */
export interface ToolCall {
  id: string;
  name: string;
  pieces: string[];
}

/** What every dialect answers, in its own spelling. One piece is one token and one streamed event. */
export interface Answer {
  reasoning: string[];
  content: string[];
  toolCalls: ToolCall[];
  finish: "stop" | "tool_calls" | "length";
}

interface Scenario {
  name: string;
  when(conversation: Conversation): boolean;
  answer(conversation: Conversation): Spoken;
}

/** An answer before the thinking, which every scenario can have. */
type Spoken = Omit<Answer, "reasoning">;
type SpokenName = "text" | "tool-result" | "reasoning" | "vision" | "json";
type Fixtures = Record<SpokenName, { content: string[] }> & {
  reasoning: { reasoning: string[] };
  "tool-call": { cities: string[] };
  search: { results: JsonObject[] };
};
const fixtureText = readFileSync(new URL("../fixtures/scenarios.json", import.meta.url), "utf8");
const fixtures = JSON.parse(fixtureText) as Fixtures;

const says = (name: SpokenName): Spoken => ({
  content: fixtures[name].content,
  toolCalls: [],
  finish: "stop",
});

/** The whole choice: the first line whose condition holds answers. */
const scenarios: Scenario[] = [
  { name: "tool-result", when: (c) => c.lastRole === "tool", answer: () => says("tool-result") },
  { name: "tool-call", when: callsTool, answer: toolCalls },
  { name: "vision", when: (c) => c.images > 0, answer: () => says("vision") },
  { name: "json", when: (c) => c.wantsJson, answer: () => says("json") },
  { name: "reasoning", when: (c) => c.thinking, answer: () => says("reasoning") },
  { name: "text", when: () => true, answer: () => says("text") },
];

/** The answer to a conversation: the same for every dialect, and the same each time. */
export function answerTo(conversation: Conversation): Answer {
  const chosen = scenarios.find((scenario) => scenario.when(conversation))!.answer(conversation);
  const answer = { ...chosen, reasoning: conversation.thinking ? fixtures.reasoning.reasoning : [] };
  const limit = conversation.maxTokens ?? Infinity;
  if (answer.toolCalls.length > 0 || answer.content.length <= limit) return answer;
  return { ...answer, content: answer.content.slice(0, limit), finish: "length" };
}

/** The web pages that a search-enabled answer cites. */
export const searchResults: JsonObject[] = fixtures.search.results;

/** Tokens of an answer as every dialect counts them. */
export function tokensOf(answer: Answer): { reasoning: number; text: number; total: number } {
  const reasoning = answer.reasoning.length;
  const text = answer.content.length + answer.toolCalls.reduce((sum, call) => sum + call.pieces.length, 0);
  return { reasoning, text, total: reasoning + text };
}

/** Tokens of a prompt: a rough count that only has to be stable. */
export const promptTokens = (messages: unknown): number => Math.ceil(JSON.stringify(messages).length / 4);

function callsTool(conversation: Conversation): boolean {
  if (conversation.tools.length === 0 || conversation.toolChoice === "none") return false;
  return conversation.toolChoice !== "auto" || /weather|天气/i.test(conversation.lastText);
}

/** Two cities in the question mean two calls in parallel. */
function toolCalls(conversation: Conversation): Spoken {
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
