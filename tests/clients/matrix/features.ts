// SPDX-License-Identifier: Apache-2.0
// The columns of the matrix. Each sends turns, and says what of them is lost on the way to the provider or back.
import { isDeepStrictEqual } from "node:util";
import { SIGNATURE as CLAUDE_SIGNATURE } from "../../providers/anthropic-response.ts";
import { SIGNATURE as GEMINI_SIGNATURE } from "../../providers/gemini-request.ts";
import { ENCRYPTED } from "../../providers/openai-responses.ts";
import { outputFor } from "../../providers/scenarios.ts";
import type { Lane } from "./lane.ts";
import type { FeatureName } from "./rows.ts";
import { type Answer, SCHEMA, TOOL, type Turn } from "./turn.ts";

/** A column of the matrix: its test returns what is lost, or nothing. */
export type Feature = (lane: Lane) => Promise<string[]>;

/** A transparent pixel. */
const PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
const SYSTEM = 'Be "brief".';
const QUESTION = "Hello! 你好 👋";
const ONE_CITY = "What is the weather in 杭州?";
const TWO_CITIES = "What is the weather in 杭州 and 上海?";

const SILENT = { lastRole: "user", lastText: "", tools: [], toolChoice: "none", images: 0 };
const TEXT = outputFor({ ...SILENT, thinking: false, wantsJson: false }).content.join("");
const VISION = outputFor({ ...SILENT, images: 1, thinking: false, wantsJson: false }).content.join("");
const RESULT = outputFor({ ...SILENT, lastRole: "tool", thinking: false, wantsJson: false }).content.join("");
const JSON_TEXT = outputFor({ ...SILENT, thinking: false, wantsJson: true }).content.join("");
const THOUGHT = outputFor({ ...SILENT, thinking: true, wantsJson: false });
const CITIES = [{ location: "杭州市" }, { location: "上海市" }];
const SIGNED = [CLAUDE_SIGNATURE, GEMINI_SIGNATURE, ENCRYPTED];

/** The names of what does not hold. */
const lost = (checks: Record<string, boolean>): string[] => Object.keys(checks).filter((name) => !checks[name]);

/** Runs a test whole and streamed; what is lost in both ways is named once. */
const bothWays =
  (test: (lane: Lane, streams: boolean) => Promise<string[]>): Feature =>
  async (lane) => {
    const [whole, streamed] = [await test(lane, false), await test(lane, true)];
    const alone = streamed.filter((name) => !whole.includes(name)).map((name) => `${name}, streamed`);
    return [...whole.map((name) => (streamed.includes(name) ? name : `${name}, not streamed`)), ...alone];
  };

async function text(lane: Lane, streams: boolean): Promise<string[]> {
  const answer = await lane.ask({ model: lane.models.text, system: SYSTEM, text: QUESTION, streams });
  const { system, text: asked } = lane.received();
  return lost({
    "the system's text": system === SYSTEM,
    "the user's text": asked === QUESTION,
    text: answer.text === TEXT,
    "the reason of the end": answer.finish === lane.finishes.text,
  });
}

/** A call of the tool, or two at once, and the turn with their results. */
async function tools(lane: Lane, streams: boolean, isParallel: boolean): Promise<string[]> {
  const question = isParallel ? TWO_CITIES : ONE_CITY;
  const turn: Turn = { model: lane.models.text, text: question, tools: "any", streams };
  const answer = await lane.ask(turn);
  const first = lane.received();
  const { name, description, schema } = TOOL;
  const before = lost({
    "the tool": isDeepStrictEqual(first.tools, [{ name, description, schema }]),
    "the calls": callsAreRight(answer, isParallel ? CITIES : CITIES.slice(0, 1)),
    "the reason of the end": answer.finish === lane.finishes.calls,
  });
  if (before.length) return before;
  const after = await secondTurn(lane, turn, answer);
  if (!isParallel) return [...before, ...after];
  await lane.ask({ ...turn, tools: "one" });
  const isForbidden = lane.received().isParallel === false || lane.dropped().some((name) => /parallel/.test(name));
  return [...before, ...after, ...lost({ "that calls may not be parallel": isForbidden })];
}

/** Sends the results of the calls, in another order than they were called in where there are two. */
async function secondTurn(lane: Lane, turn: Turn, answer: Answer): Promise<string[]> {
  const results = answer.calls.map((_, i) => `${18 + i} ℃ "dry"`);
  const next = await lane.ask({ ...turn, called: { answer, results } });
  const { calls, results: sent } = lane.received();
  return lost({
    "the calls of the turn before": isDeepStrictEqual(
      calls.map((call) => [call.name, call.arguments]),
      answer.calls.map((call) => [call.name, call.arguments]),
    ),
    "the results of the calls": isDeepStrictEqual(
      sent.map(({ text: result }) => result),
      results,
    ),
    "which call a result is of": isDeepStrictEqual(
      sent.map(({ id }) => id),
      calls.map(({ id }) => id),
    ),
    "the text behind the results": next.text === RESULT,
  });
}

const callsAreRight = ({ calls }: Answer, expected: unknown[]): boolean =>
  calls.every(({ name, id }) => name === TOOL.name && id !== "") &&
  new Set(calls.map(({ id }) => id)).size === calls.length &&
  isDeepStrictEqual(
    calls.map((call) => call.arguments),
    expected,
  );

async function picture(lane: Lane, streams: boolean): Promise<string[]> {
  const question = "What is it?";
  const turn = { model: lane.models.vision, text: question, picture: PICTURE, streams };
  const answer = await lane.ask(turn);
  const { pictures, text: asked } = lane.received();
  return lost({
    "the picture": isDeepStrictEqual(pictures, [PICTURE]),
    "the text beside the picture": asked === question,
    text: answer.text === VISION,
  });
}

/** Reasoning before a tool call, which goes back with the result of the call. */
async function thinking(lane: Lane, streams: boolean): Promise<string[]> {
  const turn: Turn = { model: lane.models.thinking, text: ONE_CITY, tools: "any", thinks: true, streams };
  const answer = await lane.ask(turn);
  const isShown = lane.replied().includes(THOUGHT.reasoning[0]);
  const before = lost({
    "that reasoning is wanted": lane.received().thinks,
    "the reasoning": answer.reasoning === (isShown ? THOUGHT.reasoning.join("") : ""),
  });
  const counted = streams ? answer.usage : lane.repliedUsage();
  const signature = SIGNED.find((value) => lane.replied().includes(value));
  const after = await secondTurn(lane, turn, answer);
  const { replayed } = lane.received();
  return [
    ...before,
    ...after,
    ...lost({
      "the tokens of the reasoning":
        !lane.countsReasoning || (answer.usage.reasoning ?? 0) === (counted.reasoning ?? 0),
      "the signature on the second turn": signature === undefined || replayed.includes(signature),
      "the reasoning on the second turn": !isShown || signature !== undefined || replayed.includes(answer.reasoning),
    }),
  ];
}

async function structured(lane: Lane, streams: boolean): Promise<string[]> {
  const answer = await lane.ask({ model: lane.models.text, text: QUESTION, isStructured: true, streams });
  const { schema, system } = lane.received();
  return lost({
    "the schema": isDeepStrictEqual(schema, SCHEMA) || system.includes(JSON.stringify(SCHEMA)),
    text: answer.text === JSON_TEXT,
  });
}

/** A status of the provider that official clients read: they wait as long as it says, and raise its class. */
async function error(lane: Lane, streams: boolean): Promise<string[]> {
  const failure = await lane.fail({ model: `${lane.models.text}-rate-limited`, text: QUESTION, streams });
  return lost({
    "the status": failure.status === 429 && failure.constructor.name === "RateLimitError",
    "when to try again": failure.headers?.get("retry-after") === "20",
    "the message of the error": failure.message.includes(lane.repliedMessage()),
    "the shape of the error": lane.isOwnShape(failure),
  });
}

async function streamError(lane: Lane): Promise<string[]> {
  const failure = await lane.fail({ model: `${lane.models.text}-stream-error`, text: QUESTION, streams: true });
  return lost({
    "the message of the error": failure.message.includes(lane.repliedMessage()),
    "the shape of the error": lane.isOwnShape(failure),
  });
}

async function usage(lane: Lane): Promise<string[]> {
  const turn = { model: lane.models.text, text: QUESTION };
  const whole = await lane.ask({ ...turn, streams: false });
  const counted = lane.repliedUsage();
  const streamed = await lane.ask({ ...turn, streams: true });
  const { input, output } = whole.usage;
  return lost({
    "tokens of the input": input > 0 && input === counted.input,
    "tokens of the output": output > 0 && output === counted.output,
    "the same usage, streamed": isDeepStrictEqual(streamed.usage, whole.usage),
  });
}

/** The test of each column. */
export const TESTS: Record<FeatureName, Feature> = {
  text: (lane) => text(lane, false),
  stream: (lane) => text(lane, true),
  "tools, two turns": bothWays((lane, streams) => tools(lane, streams, false)),
  "parallel tools": bothWays((lane, streams) => tools(lane, streams, true)),
  picture: bothWays(picture),
  thinking: bothWays(thinking),
  "structured output": bothWays(structured),
  error: bothWays(error),
  "error in a stream": streamError,
  usage,
};
