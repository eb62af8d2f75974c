// SPDX-License-Identifier: Apache-2.0
// Responses: https://www.alibabacloud.com/help/en/model-studio/qwen-api-reference
// Streams: https://www.alibabacloud.com/help/en/model-studio/stream and …/deep-thinking, …/vision (samples of events)
// Streamed tool calls: https://www.alibabacloud.com/help/en/model-studio/qwen-function-calling
import { type Output, promptTokens, searchResults, tokensOf } from "./scenarios.ts";
import { isObject, type JsonObject } from "./wire.ts";

/** The properties of a valid request that determine its response. */
export interface Generation {
  requestId: string;
  model: string;
  messages: JsonObject[];
  parameters: JsonObject;
  multimodal: boolean;
  images: number;
  output: Output;
}

/** The response after each step of the generation; a whole response is the last state. */
interface State {
  reasoning: string;
  content: string;
  calls: JsonObject[];
  tokens: number;
}

/** The body of a response that is not streamed. */
export function wholeBody(generation: Generation): JsonObject {
  const { output, parameters } = generation;
  const states = statesOf(output, false);
  const last = states[states.length - 1];
  const count = (parameters.n as number | undefined) ?? 1;
  const choices = Array.from({ length: count }, (_, index) => ({
    finish_reason: output.finish,
    ...(count > 1 ? { index } : {}),
    message: messageOf(generation, last),
  }));
  return bodyOf(generation, choices, tokensOf(output).total, true);
}

/** The data of each event of a stream. The running `finish_reason` is the string "null". */
export function eventBodies(generation: Generation): JsonObject[] {
  const { output, parameters } = generation;
  const states = statesOf(output, incremental(generation));
  return states.map((state, i) => {
    const finish = i === states.length - 1 ? output.finish : "null";
    const choice = { message: messageOf(generation, state), index: 0, finish_reason: finish };
    return bodyOf(generation, [choice], state.tokens, i === 0 || parameters.incremental_output !== true);
  });
}

/** One server-sent event in DashScope's form: no space after a colon, the status as a comment. */
export const eventText = (id: number, name: string, status: number, data: unknown): string =>
  `id:${id}\nevent:${name}\n:HTTP_STATUS/${status}\ndata:${JSON.stringify(data)}\n\n`;

/** Models that only stream send increments by default; all others send accumulated text. */
function incremental({ model, parameters }: Generation): boolean {
  return (parameters.incremental_output as boolean | undefined) ?? /^(qwq|qvq|qwen3-\d)/.test(model);
}

/**
 * The states of a response, one per event: each has either the increment or all text so far.
 * A text ends with a separate event, a tool call with its last arguments.
 */
function statesOf(output: Output, increments: boolean): State[] {
  const states: State[] = [];
  let before: State = { reasoning: "", content: "", calls: [], tokens: 0 };
  const push = (step: Partial<State>, all: Partial<State>): void => {
    const tokens = before.tokens + 1;
    before = { ...before, ...all, tokens };
    states.push(increments ? { reasoning: "", content: "", calls: [], ...step, tokens } : before);
  };
  for (const piece of output.reasoning) push({ reasoning: piece }, { reasoning: before.reasoning + piece });
  for (const piece of output.content) push({ content: piece }, { content: before.content + piece });
  output.toolCalls.forEach((call, index) => {
    let known = "";
    for (const piece of call.pieces) {
      const isFirst = known === "";
      known += piece;
      const step = callOf(index, isFirst ? call.id : "", { ...(isFirst ? { name: call.name } : {}), arguments: piece });
      const all = callOf(index, call.id, { name: call.name, arguments: known });
      push({ calls: [step] }, { calls: [...before.calls.slice(0, index), all] });
    }
  });
  if (output.toolCalls.length > 0) return states;
  const closing = { reasoning: "", content: "", calls: [], tokens: before.tokens };
  return [...states, increments ? closing : before];
}

const callOf = (index: number, id: string, fn: JsonObject): JsonObject => ({
  index,
  id,
  type: "function",
  function: fn,
});

function messageOf(generation: Generation, state: State): JsonObject {
  const { multimodal, output } = generation;
  const listed = state.content === "" ? [] : [{ text: state.content }];
  return {
    content: multimodal ? listed : state.content,
    ...(output.reasoning.length > 0 ? { reasoning_content: state.reasoning } : {}),
    ...(state.calls.length > 0 ? { tool_calls: state.calls } : {}),
    role: "assistant",
  };
}

/** `result_format: "text"`, the default of the older text models, has neither choices nor messages. */
function outputOf(generation: Generation, choices: JsonObject[]): JsonObject {
  const { model, multimodal, parameters } = generation;
  const format = parameters.result_format ?? (/^(qwen3|qwq|qwen-long)/.test(model) || multimodal ? "message" : "text");
  if (format === "message") return { choices };
  const [first] = choices as { finish_reason: string; message: JsonObject }[];
  return { finish_reason: first.finish_reason, text: first.message.content };
}

function bodyOf(generation: Generation, choices: JsonObject[], tokens: number, withSearch: boolean): JsonObject {
  const { parameters } = generation;
  const options = isObject(parameters.search_options) ? parameters.search_options : {};
  const shown = parameters.enable_search === true && options.enable_source === true && withSearch;
  return {
    output: { ...outputOf(generation, choices), ...(shown ? { search_info: { search_results: searchResults } } : {}) },
    usage: usageOf(generation, tokens),
    request_id: generation.requestId,
  };
}

/** The older vision models report image tokens, but no sum. */
function usageOf(
  { model, messages, parameters, multimodal, images, output }: Generation,
  outputTokens: number,
): JsonObject {
  const text = promptTokens(messages);
  const imageTokens = images * 1247;
  const input = text + imageTokens;
  const reasoning = Math.min(outputTokens, output.reasoning.length);
  const details = reasoning > 0 ? { output_tokens_details: { reasoning_tokens: reasoning } } : {};
  const search = parameters.enable_search === true ? { plugins: { search: { count: 1 } } } : {};
  if (multimodal && model.startsWith("qwen-vl")) {
    return { input_tokens: input, output_tokens: outputTokens, image_tokens: imageTokens };
  }
  return {
    ...search,
    total_tokens: input + outputTokens,
    ...(multimodal ? { input_tokens_details: { image_tokens: imageTokens, text_tokens: text } } : {}),
    output_tokens: outputTokens,
    input_tokens: input,
    ...details,
    ...(multimodal ? { image_tokens: imageTokens } : { prompt_tokens_details: { cached_tokens: 0 } }),
  };
}
