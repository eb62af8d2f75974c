// SPDX-License-Identifier: Apache-2.0
// https://platform.openai.com/docs/api-reference/moderations/create
import { badRequest, missing, noKey, noModel, OpenAiRefusal, wrongKey, wrongType } from "../providers/openai-errors.ts";
import type { Dialect, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { bearerOf, isObject, jsonReply, parseObject, pathOf, requestIdOf } from "../providers/wire.ts";
import { findingsOf } from "./findings.ts";

const CATEGORIES = ["harassment", "hate", "illicit", "illicit/violent", "self-harm", "sexual", "violence"];

/** OpenAI's moderation. */
export const openai: Dialect = {
  name: "openai-moderation",
  handle: (request) => {
    try {
      return moderate(request);
    } catch (error) {
      if (error instanceof OpenAiRefusal) return jsonReply(error.status, { error: error.error }, error.headers);
      throw error;
    }
  },
};

function moderate(request: ProviderRequest): ProviderReply {
  if (request.method !== "POST" || pathOf(request) !== "/v1/moderations")
    throw new OpenAiRefusal(404, `Invalid URL (${request.method} ${pathOf(request)})`);
  const key = bearerOf(request);
  if (!key) throw noKey();
  if (key.includes("invalid")) throw wrongKey(key);
  const body = parseObject(request.body);
  if (!body) throw badRequest("We could not parse the JSON body of your request.");
  const unknown = Object.keys(body).find((name) => !["model", "input"].includes(name));
  if (unknown) throw badRequest(`Unknown parameter: '${unknown}'.`, unknown, "unknown_parameter");
  const { model = "omni-moderation-latest", input } = body;
  if (input === undefined) throw missing("input");
  if (typeof model !== "string" || !/^omni-moderation-(latest|2024-09-26)$/.test(model)) throw noModel(String(model));
  return jsonReply(200, { id: `modr-${requestIdOf(request)}`, model, results: [resultOf(textOf(input))] });
}

function textOf(input: unknown): string {
  if (typeof input === "string") return input;
  if (!Array.isArray(input) || input.length === 0) throw wrongType("input", "a string or an array", input);
  const part: unknown = input[0];
  if (!isObject(part)) throw wrongType("input[0]", "an object", part);
  if (part.type === "text" && typeof part.text === "string") return part.text;
  const url = isObject(part.image_url) ? part.image_url.url : undefined;
  if (part.type !== "image_url" || typeof url !== "string") throw wrongType("input[0].image_url.url", "a string", url);
  if (/^https?:\/\//.test(url)) return url;
  const [, base64] = /^data:image\/\w+;base64,([\w+/]+=*)$/.exec(url) ?? [];
  if (!base64) throw badRequest("Invalid image URL.", "input[0].image_url.url", "invalid_image_url");
  return Buffer.from(base64, "base64").toString("latin1");
}

function resultOf(text: string): object {
  const flagged = findingsOf(text).isViolent;
  const isFlagged = (category: string): boolean => flagged && /violen/.test(category);
  return {
    flagged,
    categories: Object.fromEntries(CATEGORIES.map((category) => [category, isFlagged(category)])),
    category_scores: Object.fromEntries(
      CATEGORIES.map((category) => [category, isFlagged(category) ? 0.9461 : 1.8e-5]),
    ),
    category_applied_input_types: Object.fromEntries(CATEGORIES.map((category) => [category, ["text"]])),
  };
}
