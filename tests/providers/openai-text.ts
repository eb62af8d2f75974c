// SPDX-License-Identifier: Apache-2.0
// Completions (legacy): https://platform.openai.com/docs/api-reference/completions/create
// Embeddings: https://platform.openai.com/docs/api-reference/embeddings/create
import { badRequest, missing, notAmong, wrongType } from "./openai-errors.ts";
import { any, boolean, checkFields, decimal, type Fields, integer, object, string } from "./openai-fields.ts";
import { outputFor, promptTokens } from "./scenarios.ts";
import { isObject, type JsonObject } from "./wire.ts";

// prettier-ignore
const completionFields: Fields = {
  model: string, prompt: any, best_of: integer(0, 20), echo: boolean, frequency_penalty: decimal(-2, 2),
  logit_bias: object, logprobs: integer(0, 5), max_tokens: integer(0), n: integer(1, 128), presence_penalty: decimal(-2, 2),
  seed: integer(), stop: any, stream: boolean, stream_options: object, suffix: string, temperature: decimal(0, 2),
  top_p: decimal(0, 1), user: string,
};

// prettier-ignore
const embeddingFields: Fields = {
  model: string, input: any, dimensions: integer(1), encoding_format: string, user: string,
};

/** The JSON objects of a legacy completion: one, or the chunks of its stream. */
export function completionObjects(id: string, body: JsonObject, lenient: readonly string[] | "any"): JsonObject[] {
  checkFields(body, completionFields, lenient);
  if (body.prompt === undefined) throw missing("prompt");
  const lastText = typeof body.prompt === "string" ? body.prompt : "";
  const quiet = { lastRole: "user", tools: [], toolChoice: "none", images: 0, thinking: false, wantsJson: false };
  const output = outputFor({ ...quiet, lastText, maxTokens: (body.max_tokens as number | undefined) ?? undefined });
  const base = {
    id,
    object: "text_completion",
    created: 1741569952,
    model: body.model,
    system_fingerprint: "fp_44709d6fcb",
  };
  const prompt = promptTokens(body.prompt);
  const completion = output.content.length;
  const usage = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
  const choice = { index: 0, logprobs: null };
  if (body.stream !== true) {
    return [{ ...base, choices: [{ ...choice, text: output.content.join(""), finish_reason: output.finish }], usage }];
  }

  const wantsUsage = isObject(body.stream_options) && body.stream_options.include_usage === true;
  const absent = wantsUsage ? { usage: null } : {};
  const chunks = output.content.map((text) => ({
    ...base,
    choices: [{ ...choice, text, finish_reason: null }],
    ...absent,
  }));
  const last = { ...base, choices: [{ ...choice, text: "", finish_reason: output.finish }], ...absent };
  return [...chunks, last, ...(wantsUsage ? [{ ...base, choices: [], usage }] : [])];
}

/** An embeddings list, as floats or as base64 of little-endian 32-bit floats. */
export function embeddingList(body: JsonObject, lenient: readonly string[] | "any"): JsonObject {
  checkFields(body, embeddingFields, lenient);
  const format = body.encoding_format ?? "float";
  if (format !== "float" && format !== "base64") throw notAmong("encoding_format", format, ["float", "base64"]);
  const size = (body.dimensions as number | undefined) ?? defaultSize(body.model as string);
  const data = inputsOf(body.input).map((input, index) => {
    const vector = embeddingOf(input, size);
    const embedding = format === "float" ? vector : Buffer.from(Float32Array.from(vector).buffer).toString("base64");
    return { object: "embedding", index, embedding };
  });
  const tokens = promptTokens(body.input);
  return { object: "list", data, model: body.model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

/** A vector that depends only on the text; each number is exact in 32 bits. */
export function embeddingOf(text: string, size: number): number[] {
  const bytes = Buffer.from(text.length > 0 ? text : " ");
  return Array.from({ length: size }, (_, i) => ((bytes[i % bytes.length] + i) % 256) / 256 - 0.5);
}

function inputsOf(input: unknown): string[] {
  if (input === undefined) throw missing("input");
  if (typeof input === "string") {
    if (input === "") throw badRequest("'$.input' is invalid. Please check the API reference.");
    return [input];
  }
  if (!Array.isArray(input) || input.length === 0) throw wrongType("input", "one of a string or an array", input);
  if (input.every((item) => typeof item === "string")) return input;
  if (input.every(Number.isInteger)) return [input.join(" ")];
  if (input.every((item) => Array.isArray(item) && item.every(Number.isInteger)))
    return input.map((item) => String(item));
  throw badRequest("'$.input' is invalid. Please check the API reference.");
}

function defaultSize(model: string): number {
  if (model.startsWith("text-embedding-3-large")) return 3072;
  return /^text-embedding-v[34]/.test(model) ? 1024 : 1536;
}
