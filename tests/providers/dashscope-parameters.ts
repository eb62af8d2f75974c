// SPDX-License-Identifier: Apache-2.0
// https://www.alibabacloud.com/help/en/model-studio/qwen-api-reference (parameters)
// https://docs.qwencloud.com/api-reference/chat/dashscope (max_completion_tokens and newer ones)
// Errors: https://help.aliyun.com/zh/model-studio/error-code
import { invalidParameter, outOfDefinition } from "./dashscope-errors.ts";
import { isObject, type JsonObject } from "./wire.ts";

type Check = (value: unknown) => boolean;

const isNumber: Check = (value) => typeof value === "number";
const isInteger: Check = (value) => Number.isInteger(value);
const isBoolean: Check = (value) => typeof value === "boolean";
const isText: Check = (value) => typeof value === "string";
const between =
  (min: number, max: number): Check =>
  (value) =>
    isNumber(value) && (value as number) >= min && (value as number) <= max;

/** Every known parameter: its type and range, and the documented error if there is one. */
const known: Record<string, [check: Check, refusal?: string]> = {
  temperature: [(v) => between(0, 2)(v) && v !== 2, "Temperature should be in [0.0, 2.0)"],
  top_p: [(v) => between(0, 1)(v) && v !== 0, "Range of top_p should be (0.0, 1.0]"],
  top_k: [(v) => isInteger(v) && (v as number) >= 0, "Parameter top_k be greater than or equal to 0"],
  repetition_penalty: [(v) => isNumber(v) && (v as number) > 0, "Repetition_penalty should be greater than 0.0"],
  presence_penalty: [between(-2, 2), "Presence_penalty should be in [-2.0, 2.0]"],
  max_tokens: [(v) => isInteger(v) && between(1, 65536)(v), "Range of max_tokens should be [1, 65536]"],
  max_completion_tokens: [(v) => isInteger(v) && (v as number) > 0],
  logit_bias: [isObject],
  seed: [(v) => isInteger(v) && (v as number) >= 0, "Range of seed should be [0, 9223372036854775807]"],
  n: [(v) => isInteger(v) && between(1, 4)(v), "Range of n should be [1, 4]"],
  stop: [
    isStop,
    'The "stop" parameter must be of type "str", "list[str]", "list[int]", or "list[list[int]]", ' +
      "and all elements within the list must be of the same type.",
  ],
  tool_choice: [
    (v) => v === "auto" || v === "none" || (isObject(v) && v.type === "function" && isObject(v.function)),
    'tool_choice is one of the strings that should be ["none", "auto"]',
  ],
  response_format: [
    (v) => isObject(v) && ["text", "json_object", "json_schema"].includes(v.type as string),
    "Unknown format of response_format, response_format should be a dict, includes 'type' and an optional key 'json_schema'.",
  ],
  thinking_budget: [
    (v) => isInteger(v) && between(1, 81920)(v),
    "The thinking_budget parameter must be a positive integer and not greater than 81920",
  ],
  result_format: [(v) => v === "text" || v === "message"],
  incremental_output: [isBoolean],
  enable_thinking: [isBoolean],
  preserve_thinking: [isBoolean],
  reasoning_effort: [isText],
  tools: [Array.isArray],
  parallel_tool_calls: [isBoolean],
  enable_search: [isBoolean],
  search_options: [isObject],
  enable_code_interpreter: [isBoolean],
  logprobs: [isBoolean],
  top_logprobs: [(v) => isInteger(v) && between(0, 5)(v)],
  translation_options: [isObject],
  vl_high_resolution_images: [isBoolean],
  vl_enable_image_hw_output: [isBoolean],
  max_pixels: [isInteger],
  ocr_options: [isObject],
  tool_stream: [isBoolean],
  clear_thinking: [isBoolean],
  skill: [Array.isArray],
  enable_text_image_mixed: [isBoolean],
};

/** The request's properties for checks that involve more than one parameter. */
export interface Setting {
  stream: boolean;
  thinking: boolean;
  /** Whether the model supports only streaming in increments. */
  streamOnly: boolean;
  multimodal: boolean;
}

/** Refuses parameters that the API refuses, alone and in combination. */
export function checkParameters(parameters: JsonObject, messages: JsonObject[], setting: Setting): void {
  for (const [name, value] of Object.entries(parameters)) {
    const [check, refusal] = Object.hasOwn(known, name) ? known[name] : [() => false];
    if (check(value)) continue;
    throw refusal === undefined ? outOfDefinition(`parameters.${name}`) : invalidParameter(refusal);
  }
  checkThinking(parameters, setting);
  checkTools(parameters, setting);
  if (isObject(parameters.response_format) && parameters.response_format.type === "json_object") {
    if (setting.thinking) throw invalidParameter("Json mode response is not supported when enable_thinking is true");
    if (!/json/i.test(JSON.stringify(messages))) {
      throw invalidParameter(
        "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
      );
    }
  }
}

function checkThinking(parameters: JsonObject, { stream, thinking, streamOnly, multimodal }: Setting): void {
  if (streamOnly && !stream) {
    throw invalidParameter(
      "This model only support stream mode, please enable the stream parameter to access the model.",
    );
  }
  if (streamOnly && parameters.incremental_output === false) {
    throw invalidParameter("The incremental_output parameter of this model cannot be set to False.");
  }
  if (!thinking || streamOnly || multimodal) return;
  if (parameters.result_format !== "message") {
    throw invalidParameter('The result_format parameter must be "message" when enable_thinking is true');
  }
  if (stream && parameters.incremental_output !== true) {
    throw invalidParameter('The incremental_output parameter must be "true" when enable_thinking is true');
  }
}

function checkTools(parameters: JsonObject, { multimodal }: Setting): void {
  const tools = (parameters.tools ?? []) as unknown[];
  if (tools.length === 0) return;
  for (const tool of tools) {
    const declared = isObject(tool) && tool.type === "function" && isObject(tool.function) ? tool.function : undefined;
    if (typeof declared?.name !== "string") throw outOfDefinition("parameters.tools");
    if (declared.name === "search") throw invalidParameter("Tool names are not allowed to be [search]");
  }
  if (!multimodal && parameters.result_format !== "message") throw outOfDefinition("parameters.result_format");
  if (parameters.n !== undefined && parameters.n !== 1) throw outOfDefinition("parameters.n");
}

function isStop(value: unknown): boolean {
  if (typeof value === "string") return true;
  if (!Array.isArray(value)) return false;
  const isTokens: Check = (item) => Array.isArray(item) && item.every(isInteger);
  return [isText, isInteger, isTokens].some((check) => value.every(check));
}
