// SPDX-License-Identifier: Apache-2.0
// https://learn.microsoft.com/en-us/rest/api/contentsafety/text-operations/analyze-text
// https://learn.microsoft.com/en-us/rest/api/contentsafety/text-operations/shield-prompt
// https://learn.microsoft.com/en-us/rest/api/contentsafety/image-operations/analyze-image
import type { Dialect, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { headerOf, isObject, type JsonObject, jsonReply, parseObject, pathOf } from "../providers/wire.ts";
import { findingsOf } from "./findings.ts";

const VERSIONS = ["2023-10-01", "2024-09-01"];
const MOST_CHARACTERS = 10_000;

/** Azure AI Content Safety. */
export const azure: Dialect = { name: "azure-content-safety", handle };

const refuse = (status: number, code: string, message: string): ProviderReply =>
  jsonReply(status, { error: { code, message } }, [["x-ms-error-code", code]]);

function handle(request: ProviderRequest): ProviderReply {
  const key = headerOf(request, "ocp-apim-subscription-key");
  if (!key || key.includes("invalid"))
    return refuse(401, "401", "Access denied due to invalid subscription key or wrong API endpoint.");
  const version = new URLSearchParams(request.path.split("?", 2)[1]).get("api-version") ?? "";
  if (!VERSIONS.includes(version)) return refuse(404, "404", "Resource not found");
  const body = parseObject(request.body);
  if (!body) return refuse(400, "InvalidRequestBody", "The request body is not valid JSON.");
  switch (request.method === "POST" ? pathOf(request) : "") {
    case "/contentsafety/text:analyze":
      return analyzeText(body);
    case "/contentsafety/image:analyze":
      return analyzeImage(body);
    case "/contentsafety/text:shieldPrompt":
      return shield(body);
    default:
      return refuse(404, "404", "Resource not found");
  }
}

function analyzeText({ text, outputType, blocklistNames = [], ...rest }: JsonObject): ProviderReply {
  const isKnown = Object.keys(rest).every((name) => ["categories", "haltOnBlocklistHit"].includes(name));
  if (!isKnown || !isOutput(outputType)) return refuse(400, "InvalidRequestBody", "The request body is not valid.");
  if (typeof text !== "string" || [...text].length > MOST_CHARACTERS)
    return refuse(400, "InvalidRequestBody", "The text is empty, or has more than 10000 characters.");
  const blocklistsMatch = (blocklistNames as string[])
    .filter(() => findingsOf(text).isAttack)
    .map((blocklistName) => ({
      blocklistName,
      blocklistItemId: "1",
      blocklistItemText: "ignore previous instructions",
    }));
  return jsonReply(200, { blocklistsMatch, categoriesAnalysis: severitiesOf(text) });
}

function analyzeImage({ image, outputType }: JsonObject): ProviderReply {
  const content = isObject(image) ? image.content : undefined;
  if (typeof content !== "string" || (outputType !== undefined && outputType !== "FourSeverityLevels"))
    return refuse(400, "InvalidRequestBody", "The request body is not valid.");
  return jsonReply(200, { categoriesAnalysis: severitiesOf(Buffer.from(content, "base64").toString("latin1")) });
}

function shield({ userPrompt, documents = [] }: JsonObject): ProviderReply {
  const isValid = userPrompt === undefined || typeof userPrompt === "string";
  if (!isValid || !Array.isArray(documents) || (!userPrompt && documents.length === 0) || documents.length > 5)
    return refuse(400, "InvalidRequestBody", "userPrompt or documents must be given.");
  const analysis = (text: unknown): object => ({ attackDetected: findingsOf(String(text)).isAttack });
  return jsonReply(200, {
    userPromptAnalysis: userPrompt ? analysis(userPrompt) : null,
    documentsAnalysis: documents.map(analysis),
  });
}

const isOutput = (type: unknown): boolean =>
  type === undefined || type === "FourSeverityLevels" || type === "EightSeverityLevels";

const severitiesOf = (text: string): object[] =>
  ["Hate", "SelfHarm", "Sexual", "Violence"].map((category) => ({
    category,
    severity: category === "Violence" && findingsOf(text).isViolent ? 4 : 0,
  }));
