// SPDX-License-Identifier: Apache-2.0
// Gemini's own API: https://ai.google.dev/api/generate-content, https://ai.google.dev/api/embeddings and https://ai.google.dev/api/tokens
import { faultOf, withTransportFault } from "./faults.ts";
import { faultRefusal, GeminiRefusal, invalid, unknownName } from "./gemini-errors.ts";
import { readContents, SIGNATURE } from "./gemini-request.ts";
import { type Output, outputFor, promptTokens, tokensOf } from "./scenarios.ts";
import type { Dialect, ProviderReply, ProviderRequest } from "./types.ts";
import { eventStream, headerOf, isObject, type JsonObject, jsonReply, parseObject, requestIdOf } from "./wire.ts";

const METHODS =
  /^\/v1beta\/models\/([^/:]+):(generateContent|streamGenerateContent|batchEmbedContents|countTokens)(\?.*)?$/;

/** The dialect `gemini-native`. */
export const geminiDialect = (): Dialect => ({
  name: "gemini-native",
  handle(request) {
    try {
      return serve(request);
    } catch (error) {
      if (!(error instanceof GeminiRefusal)) throw error;
      return jsonReply(error.code, error.body(), error.headers);
    }
  },
});

function serve(request: ProviderRequest): ProviderReply {
  const [, name, method, query] = METHODS.exec(request.path) ?? [];
  if (method === undefined || request.method !== "POST") {
    throw new GeminiRefusal(404, "NOT_FOUND", "Requested entity was not found.");
  }
  checkKey(request);
  const body = parseObject(request.body);
  if (!body) throw invalid("Invalid JSON payload received.");
  const model = decodeURIComponent(name);
  if (!model.startsWith("gemini")) {
    const text = `models/${model} is not found for API version v1beta, or is not supported for ${method}.`;
    throw new GeminiRefusal(404, "NOT_FOUND", text);
  }
  if (method === "batchEmbedContents") return jsonReply(200, embed(model, body));
  if (method === "countTokens") return prettyReply(countTokens(model, body));
  const asked = readContents(model, body);
  const isStream = method === "streamGenerateContent";
  const fault = faultOf(model);
  const refusal = faultRefusal(fault);
  if (refusal && !(fault?.startsWith("stream-") && isStream)) throw refusal;
  const output = outputFor(asked);
  const events = responses(output, requestIdOf(request), model, promptTokens(body.contents), asked.signs);
  if (!isStream) return withTransportFault(fault, prettyReply(wholeOf(events)));
  // https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
  if (!/[?&]alt=sse(&|$)/.test(query ?? "")) return withTransportFault(fault, jsonReply(200, events));
  const sent = refusal ? [...events.slice(0, fault === "stream-error" ? 2 : 0), refusal.body()] : events;
  const texts = sent.map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`);
  return withTransportFault(fault, eventStream(texts, "text/event-stream"));
}

/** API keys are no bearer tokens here. https://ai.google.dev/gemini-api/docs/api-key */
function checkKey(request: ProviderRequest): void {
  const key = headerOf(request, "x-goog-api-key");
  if (headerOf(request, "authorization")) {
    const text =
      "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other.";
    throw new GeminiRefusal(401, "UNAUTHENTICATED", text);
  }
  if (key === "") {
    throw new GeminiRefusal(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers.");
  }
  if (key.includes("invalid")) throw invalid("API key not valid. Please pass a valid API key.");
}

/** The events of a stream: one part each, the usage so far in all of them, and the reason for the end in the last one. */
function responses(output: Output, responseId: string, model: string, prompt: number, signs: boolean): JsonObject[] {
  const parts: JsonObject[] = [
    ...output.reasoning.map((text) => ({ text, thought: true })),
    ...output.content.map((text) => ({ text })),
    ...output.toolCalls.map(({ id, name, pieces }, i) => ({
      functionCall: { name, args: JSON.parse(pieces.join("")) as unknown, id },
      ...(i === 0 && (signs || output.reasoning.length > 0) ? { thoughtSignature: SIGNATURE } : {}),
    })),
  ];
  // Gemini 3 signs a text in an empty part behind it.
  if (output.toolCalls.length === 0 && signs) parts.push({ text: "", thoughtSignature: SIGNATURE });
  const { reasoning, text } = tokensOf(output);
  const usageMetadata = {
    promptTokenCount: prompt,
    ...{ candidatesTokenCount: text, totalTokenCount: prompt + text + reasoning },
    ...(reasoning > 0 ? { thoughtsTokenCount: reasoning } : {}),
  };
  const finishReason = output.finish === "length" ? "MAX_TOKENS" : "STOP";
  return parts.map((part, i) => ({
    candidates: [
      { content: { parts: [part], role: "model" }, index: 0, ...(i === parts.length - 1 ? { finishReason } : {}) },
    ],
    ...{ usageMetadata, modelVersion: model, responseId },
  }));
}

/** The whole response: texts that follow each other are one part, unless one of them is signed. */
function wholeOf(events: JsonObject[]): JsonObject {
  const last = events.at(-1)!;
  const parts: JsonObject[] = [];
  for (const event of events) {
    const part = (event.candidates as { content: { parts: JsonObject[] } }[])[0].content.parts[0];
    const before = parts.at(-1);
    const isSame = before?.thought === part.thought && part.thoughtSignature === undefined;
    if (typeof before?.text === "string" && typeof part.text === "string" && isSame) before.text += part.text;
    else parts.push({ ...part });
  }
  const candidate = (last.candidates as JsonObject[])[0];
  return { ...last, candidates: [{ ...candidate, content: { parts, role: "model" } }] };
}

/** Google indents its whole responses. */
const prettyReply = (body: JsonObject): ProviderReply => ({
  ...jsonReply(200, body),
  chunks: [Buffer.from(JSON.stringify(body, null, 2))],
});

/**
 * Either the contents alone, or a whole request that names its model; without a word on the response.
 * https://ai.google.dev/api/tokens#method:-models.counttokens
 */
function countTokens(model: string, body: JsonObject): JsonObject {
  const { generateContentRequest: request, contents, ...others } = body;
  for (const name of Object.keys(others)) throw unknownName(name, "");
  if (request !== undefined && contents !== undefined) {
    throw invalid("* CountTokensRequest: either contents or generate_content_request must be set, but not both.");
  }
  const { model: name, ...asked } = isObject(request) ? request : { model: `models/${model}`, contents };
  if (name !== `models/${model}`) {
    throw invalid("* CountTokensRequest.generate_content_request.model: must match model in the URL.");
  }
  readContents(model, asked);
  const refusal = faultRefusal(faultOf(model));
  if (refusal) throw refusal;
  const { contents: messages, ...rest } = asked as { contents: unknown; systemInstruction?: unknown; tools?: unknown };
  const beside = [rest.systemInstruction, rest.tools].filter(Boolean);
  return { totalTokens: promptTokens(messages) + (beside.length ? promptTokens(beside) : 0) };
}

/** https://ai.google.dev/api/embeddings#method:-models.batchembedcontents */
function embed(model: string, body: JsonObject): JsonObject {
  const requests = body.requests;
  if (!Array.isArray(requests) || requests.length === 0)
    throw invalid("* BatchEmbedContentsRequest.requests: is empty");
  const embeddings = requests.map((request: unknown, i) => {
    if (!isObject(request) || request.model !== `models/${model}`) {
      throw invalid("* BatchEmbedContentsRequest.requests: must match model in outer request");
    }
    const { content, outputDimensionality: size = 8 } = request as {
      content: JsonObject;
      outputDimensionality?: number;
    };
    const [part] = content.parts as JsonObject[];
    if (typeof part.text !== "string" || part.text === "") throw invalid("content is empty");
    return { values: Array.from({ length: size }, (_, at) => ((part.text as string).length + i) / 2 ** at) };
  });
  return { embeddings, usageMetadata: { promptTokenCount: promptTokens(requests) } };
}
