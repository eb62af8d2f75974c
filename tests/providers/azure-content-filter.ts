// SPDX-License-Identifier: Apache-2.0
// Annotations: https://learn.microsoft.com/en-us/azure/ai-services/openai/concepts/content-filter
// The first chunk of a stream: https://learn.microsoft.com/en-us/azure/ai-services/openai/concepts/content-streaming
import type { JsonObject } from "./wire.ts";

const categories = ["hate", "self_harm", "sexual", "violence"];
const safe: JsonObject = Object.fromEntries(categories.map((name) => [name, { filtered: false, severity: "safe" }]));
const promptResults = [{ prompt_index: 0, content_filter_results: safe }];

/** What the filter says of a prompt that it refuses. */
export const blockedAnnotations: JsonObject = { ...safe, violence: { filtered: true, severity: "medium" } };

/** A whole answer with what the filter found in the prompt and in each choice: nothing. */
export const annotatedCompletion = (completion: JsonObject): JsonObject => ({
  ...completion,
  choices: (completion.choices as JsonObject[]).map((choice) => ({
    ...choice,
    content_filter_results: (choice.message as JsonObject).content === null ? {} : safe,
  })),
  prompt_filter_results: promptResults,
});

/** A stream with the prompt's annotations first, in a chunk that has neither choices nor id nor model. */
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
