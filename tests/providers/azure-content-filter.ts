// SPDX-License-Identifier: Apache-2.0
// Annotations: https://learn.microsoft.com/en-us/azure/ai-services/openai/concepts/content-filter
// The first chunk of a stream: https://learn.microsoft.com/en-us/azure/ai-services/openai/concepts/content-streaming
import type { JsonObject } from "./wire.ts";

const categories = ["hate", "self_harm", "sexual", "violence"];
const safe: JsonObject = Object.fromEntries(categories.map((name) => [name, { filtered: false, severity: "safe" }]));
const promptResults = [{ prompt_index: 0, content_filter_results: safe }];

/** The annotations of a prompt that the filter refuses. */
export const blockedAnnotations: JsonObject = { ...safe, violence: { filtered: true, severity: "medium" } };

/** Adds the filter's annotations of the prompt and of each choice to a whole response; the filter has found nothing. */
export const annotatedCompletion = (completion: JsonObject): JsonObject => ({
  ...completion,
  choices: (completion.choices as JsonObject[]).map((choice) => ({
    ...choice,
    content_filter_results: (choice.message as JsonObject).content === null ? {} : safe,
  })),
  prompt_filter_results: promptResults,
});

/** Adds the annotations of the prompt to a stream, in a first chunk without choices, id and model. */
export const annotatedChunks = (chunks: JsonObject[]): JsonObject[] => [
  { choices: [], created: 0, id: "", model: "", object: "", prompt_filter_results: promptResults },
  ...chunks.map((chunk) => ({
    ...chunk,
    choices: (chunk.choices as JsonObject[]).map((choice) => ({
      content_filter_results: (choice.delta as JsonObject).content ? safe : {},
      ...choice,
    })),
  })),
];
