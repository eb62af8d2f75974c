// SPDX-License-Identifier: Apache-2.0
// https://ai.google.dev/api/generate-content and https://ai.google.dev/api/caching#Content
import { GeminiRefusal, invalid, unknownName } from "./gemini-errors.ts";
import { firstParameter } from "./openai-chat.ts";
import type { Conversation, ToolDeclaration } from "./scenarios.ts";
import { isObject, type JsonObject } from "./wire.ts";

/** The signature of this mock's reasoning. */
export const SIGNATURE = "Z2VtaW5pIHRob3VnaHQ=";
/** https://ai.google.dev/gemini-api/docs/thought-signatures#faqs */
const DUMMY_SIGNATURES = ["skip_thought_signature_validator", "context_engineering_is_the_way_to_go"];

const fields = [
  ...["contents", "tools", "toolConfig", "safetySettings", "systemInstruction", "generationConfig", "cachedContent"],
];
const configFields = [
  ...["stopSequences", "responseMimeType", "responseSchema", "responseJsonSchema", "responseModalities"],
  ...[
    "candidateCount",
    "maxOutputTokens",
    "temperature",
    "topP",
    "topK",
    "seed",
    "presencePenalty",
    "frequencyPenalty",
  ],
  ...["responseLogprobs", "logprobs", "thinkingConfig", "mediaResolution", "speechConfig", "imageConfig"],
];
const partFields = [
  ...["text", "inlineData", "fileData", "functionCall", "functionResponse", "thought", "thoughtSignature"],
];
const callFields = ["id", "name", "args"];
const responseFields = ["id", "name", "response", "parts", "willContinue", "scheduling"];
const mediaTypes =
  /^(image\/(png|jpeg|webp|heic|heif)|application\/pdf|text\/plain|audio\/(wav|mp3|aiff|aac|ogg|flac))$/;

/** What a model takes. https://ai.google.dev/gemini-api/docs/models */
interface Limits {
  most: number;
  thinking: "none" | "budget" | "level";
  budget: [number, number];
  levels: string[];
  signs: boolean;
  urls: boolean;
}

function limitsOf(model: string): Limits {
  const isPro = model.includes("-pro");
  const isOld = /^gemini-(1|2\.0)/.test(model);
  const is3 = /^gemini-[3-9]/.test(model);
  return {
    most: isOld ? 8192 : 65536,
    thinking: isOld ? "none" : is3 ? "level" : "budget",
    budget: isPro ? [128, 32768] : model.includes("-lite") ? [512, 24576] : [0, 24576],
    levels: model.startsWith("gemini-3-pro")
      ? ["low", "high"]
      : [...(isPro ? [] : ["minimal"]), "low", "medium", "high"],
    ...{ signs: is3, urls: !isOld },
  };
}

/** Refuses the requests that Gemini refuses; returns the conversation. */
export function readContents(model: string, body: JsonObject): Conversation & { thoughts: boolean; signs: boolean } {
  const limits = limitsOf(model);
  checkNames(body, fields, "");
  const config = objectAt(body.generationConfig ?? {}, "generation_config");
  const thoughts = readConfig(config, limits);
  const tools = readTools(body.tools ?? []);
  const contents = readMessages(body.contents, limits);
  if (body.systemInstruction !== undefined)
    checkParts(objectAt(body.systemInstruction, "system_instruction"), "", limits);
  const last = partsOf(contents.at(-1)!);
  return {
    lastRole: last.some(({ functionResponse }) => functionResponse) ? "tool" : "user",
    lastText: last.map(({ text }) => (typeof text === "string" ? text : "")).join(""),
    ...{ tools, toolChoice: choiceOf(body.toolConfig, tools) },
    images: contents.flatMap(partsOf).filter(({ inlineData, fileData }) => inlineData ?? fileData).length,
    ...{ thinking: thoughts, thoughts, signs: limits.signs },
    wantsJson: config.responseMimeType === "application/json",
    ...(config.maxOutputTokens === undefined ? {} : { maxTokens: config.maxOutputTokens as number }),
  };
}

const partsOf = (content: JsonObject): JsonObject[] => content.parts as JsonObject[];

function checkNames(value: JsonObject, known: string[], at: string): void {
  for (const name of Object.keys(value)) if (!known.includes(name)) throw unknownName(name, at);
}

function objectAt(value: unknown, at: string): JsonObject {
  if (!isObject(value)) throw invalid(`Invalid value at '${at}'`);
  return value;
}

function readConfig(config: JsonObject, limits: Limits): boolean {
  checkNames(config, configFields, "generation_config");
  const { maxOutputTokens: most, temperature, topP, stopSequences, thinkingConfig } = config;
  if (most !== undefined && (!Number.isInteger(most) || (most as number) < 1 || (most as number) > limits.most)) {
    throw invalid(
      `Unable to submit request because it has a maxOutputTokens value of ${String(most)} but the supported range is from 1 (inclusive) to ${limits.most + 1} (exclusive).`,
    );
  }
  if (typeof temperature === "number" && (temperature < 0 || temperature > 2)) {
    throw invalid(
      "* GenerateContentRequest.generation_config.temperature: temperature must be in the range [0.0, 2.0].",
    );
  }
  if (typeof topP === "number" && (topP < 0 || topP > 1)) {
    throw invalid("* GenerateContentRequest.generation_config.top_p: top_p must be in the range [0.0, 1.0].");
  }
  if (Array.isArray(stopSequences) && stopSequences.length > 5) {
    throw invalid("* GenerateContentRequest.generation_config.stop_sequences: at most 5 stop sequences are allowed.");
  }
  if (config.responseJsonSchema !== undefined && config.responseMimeType !== "application/json") {
    throw invalid("response_json_schema requires the response_mime_type application/json.");
  }
  return thinkingConfig !== undefined && readThinking(objectAt(thinkingConfig, "thinking_config"), limits);
}

/** https://ai.google.dev/gemini-api/docs/thinking */
function readThinking(config: JsonObject, limits: Limits): boolean {
  checkNames(config, ["includeThoughts", "thinkingBudget", "thinkingLevel"], "generation_config.thinking_config");
  const { thinkingBudget: budget } = config;
  // The official clients write the names of enums in capitals.
  const level = typeof config.thinkingLevel === "string" ? config.thinkingLevel.toLowerCase() : config.thinkingLevel;
  if (limits.thinking === "none") throw invalid("Thinking is not enabled for this model.");
  if (budget !== undefined && level !== undefined) {
    throw invalid("You can only set only one of thinking budget and thinking level.");
  }
  if (level !== undefined && (limits.thinking !== "level" || !limits.levels.includes(String(level)))) {
    throw invalid(`Thinking level ${String(level)} is not supported for this model.`);
  }
  const [least, most] = limits.budget;
  const isOff = budget === 0 && least !== 128;
  if (typeof budget === "number" && budget !== -1 && !isOff && (budget < least || budget > most)) {
    throw invalid(`The thinking budget ${budget} is invalid. Please choose a value between ${least} and ${most}.`);
  }
  return config.includeThoughts === true && budget !== 0;
}

function readMessages(contents: unknown, limits: Limits): JsonObject[] {
  if (!Array.isArray(contents) || contents.length === 0) {
    throw invalid("* GenerateContentRequest.contents: contents is not specified");
  }
  const list = contents.map((content: unknown, i) => {
    const message = objectAt(content, `contents[${i}]`);
    checkNames(message, ["role", "parts"], `contents[${i}]`);
    if (message.role !== "user" && message.role !== "model") throw invalid("Please use a valid role: user, model.");
    checkParts(message, `contents[${i}].`, limits);
    return message;
  });
  list.forEach((content, i) => checkTurn(content, list[i + 1], list[i - 1]));
  if (limits.signs) checkSignatures(list);
  return list;
}

function checkParts(content: JsonObject, at: string, limits: Limits): void {
  const { parts } = content;
  if (!Array.isArray(parts) || parts.length === 0) {
    throw invalid(`* GenerateContentRequest.${at}parts: contents.parts must not be empty.`);
  }
  parts.forEach((value: unknown, i) => {
    const place = `${at}parts[${i}]`;
    const part = objectAt(value, place);
    checkNames(part, partFields, place);
    const data = partFields.slice(0, 5).filter((name) => part[name] !== undefined);
    if (data.length !== 1) {
      throw invalid(
        `* GenerateContentRequest.${place}.data: required oneof field 'data' must have one initialized field`,
      );
    }
    checkData(part, place, limits);
  });
}

function checkData(part: JsonObject, at: string, limits: Limits): void {
  if (part.inlineData !== undefined) checkInline(objectAt(part.inlineData, `${at}.inline_data`), at);
  if (part.fileData !== undefined) {
    const file = objectAt(part.fileData, `${at}.file_data`);
    checkNames(file, ["mimeType", "fileUri"], `${at}.file_data`);
    if (!limits.urls || !String(file.fileUri).startsWith("https://")) throw invalid("Unsupported file URI type.");
  }
  if (part.functionCall !== undefined) {
    const call = objectAt(part.functionCall, `${at}.function_call`);
    checkNames(call, callFields, `${at}.function_call`);
    if (!call.name) throw invalid(`* GenerateContentRequest.${at}.function_call.name: Name cannot be empty.`);
    objectAt(call.args ?? {}, `${at}.function_call.args`);
  }
  if (part.functionResponse !== undefined) {
    const response = objectAt(part.functionResponse, `${at}.function_response`);
    checkNames(response, responseFields, `${at}.function_response`);
    if (!response.name) throw invalid(`* GenerateContentRequest.${at}.function_response.name: Name cannot be empty.`);
    objectAt(response.response, `${at}.function_response.response`);
    // https://ai.google.dev/gemini-api/docs/function-calling#multimodal
    if (response.parts !== undefined && !limits.signs) throw unknownName("parts", `${at}.function_response`);
  }
}

function checkInline(data: JsonObject, at: string): void {
  checkNames(data, ["mimeType", "data"], `${at}.inline_data`);
  if (!mediaTypes.test(String(data.mimeType))) throw invalid(`Unsupported MIME type: ${String(data.mimeType)}`);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(String(data.data))) {
    throw invalid(`Invalid value at '${at}.inline_data.data' (TYPE_BYTES), Base64 decoding failed`);
  }
}

/** https://ai.google.dev/gemini-api/docs/function-calling */
function checkTurn(content: JsonObject, next: JsonObject | undefined, before: JsonObject | undefined): void {
  const count = (of: JsonObject | undefined, name: string): number =>
    of ? partsOf(of).filter((part) => part[name] !== undefined).length : 0;
  const calls = count(content, "functionCall");
  if (calls > 0 && (content.role !== "model" || before?.role !== "user")) {
    throw invalid(
      "Please ensure that function call turn comes immediately after a user turn or after a function response turn.",
    );
  }
  if (calls !== count(next, "functionResponse")) {
    throw invalid(
      "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.",
    );
  }
}

/** The first call of each step since the user's last words must be signed. https://ai.google.dev/gemini-api/docs/thought-signatures */
function checkSignatures(contents: JsonObject[]): void {
  const start = contents.findLastIndex(
    (content) => content.role === "user" && partsOf(content).some(({ text }) => text),
  );
  contents.forEach((content, i) => {
    const first = partsOf(content).find(({ functionCall }) => functionCall);
    if (!first) return;
    const name = (first.functionCall as JsonObject).name as string;
    if (first.thoughtSignature === undefined && i > start) {
      throw invalid(
        `Function call is missing a thought_signature in functionCall parts. Function call ${name}, position ${i + 1}.`,
      );
    }
  });
  for (const { thoughtSignature } of contents.flatMap(partsOf)) {
    if (thoughtSignature !== undefined && ![SIGNATURE, ...DUMMY_SIGNATURES].includes(thoughtSignature as string)) {
      throw invalid("Corrupted thought signature.");
    }
  }
}

function readTools(tools: unknown): ToolDeclaration[] {
  if (!Array.isArray(tools)) throw invalid("Invalid value at 'tools'");
  return tools.flatMap((tool: unknown, i) => {
    const set = objectAt(tool, `tools[${i}]`);
    checkNames(set, ["functionDeclarations", "googleSearch", "codeExecution", "urlContext"], `tools[${i}]`);
    return (set.functionDeclarations as JsonObject[]).map((declaration) => {
      const at = `tools[${i}].function_declarations`;
      checkNames(
        declaration,
        ["name", "description", "parameters", "parametersJsonSchema", "behavior", "response"],
        at,
      );
      const { name, parametersJsonSchema, parameters } = declaration;
      const schema = parametersJsonSchema ?? parameters;
      if (typeof name !== "string" || !/^[A-Za-z_][\w.:-]{0,127}$/.test(name))
        throw invalid(`${at}: Invalid function name.`);
      return { name, parameter: isObject(schema) ? firstParameter(schema) : "" };
    });
  });
}

function choiceOf(config: unknown, tools: ToolDeclaration[]): string {
  if (config === undefined) return "auto";
  const calling = objectAt(objectAt(config, "tool_config").functionCallingConfig, "function_calling_config");
  checkNames(calling, ["mode", "allowedFunctionNames"], "tool_config.function_calling_config");
  const { mode, allowedFunctionNames: allowed } = calling as { mode: string; allowedFunctionNames?: string[] };
  if (!["AUTO", "ANY", "NONE", "VALIDATED"].includes(mode)) throw invalid(`Invalid value at 'mode': ${mode}`);
  if (allowed?.some((name) => !tools.some((tool) => tool.name === name))) {
    throw new GeminiRefusal(400, "INVALID_ARGUMENT", "allowed_function_names must be among the declared functions.");
  }
  if (mode === "ANY") return allowed?.[0] ?? "required";
  return mode === "NONE" ? "none" : "auto";
}
