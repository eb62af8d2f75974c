// SPDX-License-Identifier: Apache-2.0
// https://microsoft.github.io/presidio/api-docs/api-docs.html; the errors are those of presidio-analyzer/app.py.
import type { Dialect, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { headerOf, jsonReply, parseObject, pathOf } from "../providers/wire.ts";
import { findingsOf } from "./findings.ts";

/** The score of an e-mail address. */
const SCORE = 1;

/** The analyzer of Presidio, with English only. */
export const presidio: Dialect = { name: "presidio", handle };

function handle(request: ProviderRequest): ProviderReply {
  if (request.method !== "POST" || pathOf(request) !== "/analyze")
    return jsonReply(404, { error: "The requested URL was not found on the server." });
  if (!headerOf(request, "content-type").startsWith("application/json"))
    return jsonReply(415, {
      error: "Did not attempt to load JSON data because the Content-Type was not 'application/json'.",
    });
  const { text, language, entities, score_threshold } = parseObject(request.body) ?? {};
  if (typeof text !== "string" || text === "") return jsonReply(500, { error: "No text provided" });
  if (typeof language !== "string") return jsonReply(500, { error: "No language provided" });
  if (language !== "en") return jsonReply(500, { error: "No matching recognizers were found to serve the request." });
  const isAsked = !Array.isArray(entities) || entities.includes("EMAIL_ADDRESS");
  const found = isAsked && SCORE >= Number(score_threshold ?? 0) ? findingsOf(text).emails : [];
  return jsonReply(
    200,
    found.map(({ start, end }) => ({
      analysis_explanation: null,
      end,
      entity_type: "EMAIL_ADDRESS",
      score: SCORE,
      start,
    })),
  );
}
