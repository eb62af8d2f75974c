// SPDX-License-Identifier: Apache-2.0
// What is right for a client of an API, and if it is not, in which way.
import type { Outcome } from "./rows.ts";

/** The parts of the responses that are looked at. */
interface Body {
  choices?: { message?: Message; delta?: Message; finish_reason?: string | null }[];
  usage?: { total_tokens?: number };
  error?: { message?: string; code?: string | null };
  output?: { content?: { text?: string }[] }[];
  content?: { type: string; text?: string; name?: string; input?: { location?: string } }[];
  type?: string;
}
interface Message {
  content?: string | null;
  tool_calls?: { function?: { name?: string; arguments?: string } }[];
}

const NO_TEXT = "no: the text is missing";

/** A chat completion with a text and its usage. */
export const text = (outcome: Outcome): string =>
  refusal(outcome) ?? verdict(Boolean(json(outcome).choices?.[0].message?.content) && hasUsage(outcome), NO_TEXT);

/** The chunks of a chat completion with a text, the reason of its end, and `[DONE]` once. */
export function textStream(outcome: Outcome): string {
  const refused = refusal(outcome);
  if (refused) return refused;
  const chunks = chunksOf(outcome);
  const content = chunks.map(({ choices }) => choices?.[0]?.delta?.content ?? "").join("");
  const ends = chunks.some(({ choices }) => choices?.[0]?.finish_reason === "stop");
  return verdict(content !== "" && ends && outcome.text.split("data: [DONE]").length === 2, NO_TEXT);
}

/** A chat completion with a call of the tool and its arguments. */
export const toolCall = (outcome: Outcome): string =>
  refusal(outcome) ?? callVerdict(json(outcome).choices?.[0].message?.tool_calls?.[0]?.function ?? {});

/** The same as chunks. */
export function toolCallStream(outcome: Outcome): string {
  const refused = refusal(outcome);
  if (refused) return refused;
  const calls = chunksOf(outcome).flatMap(({ choices }) => choices?.[0]?.delta?.tool_calls ?? []);
  const joined = calls.map((call) => call.function?.arguments ?? "").join("");
  return callVerdict({ name: calls[0]?.function?.name, arguments: joined });
}

/** A message with a `tool_use` block. https://platform.claude.com/docs/en/api/messages */
export function toolUse(outcome: Outcome): string {
  const refused = refusal(outcome);
  if (refused) return refused;
  const use = json(outcome).content?.find(({ type }) => type === "tool_use");
  return callVerdict({ name: use?.name, arguments: JSON.stringify(use?.input ?? {}) });
}

/** A message with a text. */
export const messagesText = (outcome: Outcome): string =>
  refusal(outcome) ?? verdict(json(outcome).type === "message" && Boolean(json(outcome).content?.[0].text), NO_TEXT);

/** A response of the Responses API with a text. */
export const responsesText = (outcome: Outcome): string =>
  refusal(outcome) ?? verdict(Boolean(json(outcome).output?.[0].content?.[0].text), NO_TEXT);

/** The provider's 429 with `retry-after` and an error of OpenAI's shape, by which its SDKs show message and code. */
export function rateLimit(outcome: Outcome): string {
  if (outcome.status !== 429 || !outcome.headers.get("retry-after")) return `no: ${outcome.status}`;
  return shapeVerdict(json(outcome));
}

/** An error event of OpenAI's shape, by which its SDKs raise an error. */
export function streamError(outcome: Outcome): string {
  if (outcome.status !== 200) return refusal(outcome)!;
  const error = chunksOf(outcome).find((chunk) => chunk.error);
  return error ? shapeVerdict(error) : "no: the error is lost";
}

const verdict = (isRight: boolean, otherwise: string): string => (isRight ? "yes" : otherwise);

/** Who refused the request; undefined if nobody did. */
function refusal({ status, received }: Outcome): string | undefined {
  if (status === 200) return undefined;
  return `no: ${status} of the ${received ? "provider" : "gateway"}`;
}

const callVerdict = (call: { name?: string; arguments?: string }): string =>
  verdict(
    call.name === "get_weather" && /"location":\s*"[^"]+"/.test(call.arguments ?? ""),
    "no: the tool call is lost",
  );

/** Anthropic's errors have a type beside `error`, and no code. https://platform.claude.com/docs/en/api/errors */
const shapeVerdict = ({ type, error }: Body): string =>
  verdict(type !== "error" && Boolean(error?.message) && "code" in (error ?? {}), "no: in Anthropic's shape");

const json = ({ text }: Outcome): Body => JSON.parse(text) as Body;

const hasUsage = (outcome: Outcome): boolean => Number(json(outcome).usage?.total_tokens) > 0;

const chunksOf = ({ text }: Outcome): Body[] =>
  [...text.matchAll(/^data: (\{.*\})$/gm)].map(([, data]) => JSON.parse(data) as Body);
