// SPDX-License-Identifier: Apache-2.0
import { anthropicMessages } from "./anthropic.ts";
import {
  DashScopeRefusal,
  faultRefusal,
  invalidApiKey,
  invalidParameter,
  outOfDefinition,
} from "./dashscope-errors.ts";
import { eventBodies, eventText, type Generation, wholeBody } from "./dashscope-generation.ts";
import { checkMessages, imagesIn, textOf } from "./dashscope-messages.ts";
import { checkParameters } from "./dashscope-parameters.ts";
import { faultOf, withTransportFault } from "./faults.ts";
import { choiceOf, firstParameter } from "./openai-chat.ts";
import { embeddingOf } from "./openai-text.ts";
import { badRequest } from "./openai-errors.ts";
import { openAiDialect } from "./openai.ts";
import { rankDocuments } from "./rerank.ts";
import { outputFor, promptTokens } from "./scenarios.ts";
import type { Dialect, HeaderPair, ProviderReply, ProviderRequest } from "./types.ts";
import {
  bearerOf,
  eventStream,
  headerOf,
  isObject,
  type JsonObject,
  jsonReply,
  parseObject,
  pathOf,
  requestIdOf,
} from "./wire.ts";

const services = "/api/v1/services";
const eventStreamType = "text/event-stream;charset=UTF-8";
const modelNames = /^(qwen|qwq|qvq|deepseek-|kimi-|glm-|text-embedding-v\d|gte-rerank)/;
const embeddingModels = /^text-embedding-v\d/;
const rerankModels = /^(gte-rerank|qwen3-rerank)/;
/** https://help.aliyun.com/zh/model-studio/error-code, “url error”: each model has one of the two endpoints. */
const multimodalModels = /^qvq|-vl|-omni|-ocr|^qwen3\.[5-9]/;
const streamOnlyModels = /^(qwq|qvq)/;
const reasoningModels = /^(qwq|qvq|deepseek-r1)|-thinking/;

/** DashScope's own protocol, OpenAI's below `/compatible-mode/v1` and Anthropic's below `/apps/anthropic`. */
export function dashScopeDialect(): Dialect {
  const compatible = openAiDialect({
    prefix: "/compatible-mode/v1",
    lenientFields: "any",
    models: modelNames,
    listed: ["qwen-turbo", "qwen-plus", "qwen-max", "qwen-vl-max", "text-embedding-v3"],
    isReasoning: (body) => isReasoning(body.model as string, body),
    checkChat: checkThinking,
    spell: (refusal, request) => ({
      status: refusal.status,
      body: { error: refusal.error, request_id: requestIdOf(request) },
    }),
  });
  return {
    name: "dashscope",
    handle(request) {
      const path = pathOf(request);
      if (path === "/apps/anthropic/v1/messages") return anthropicMessages(request, anthropicOptions);
      return path.startsWith("/compatible-mode/") ? compatible.handle(request) : handleNative(request);
    },
  };
}

/** https://www.alibabacloud.com/help/en/model-studio/deep-thinking, https://github.com/anomalyco/opencode/issues/41531 */
function checkThinking(body: JsonObject): void {
  if (body.reasoning_effort !== undefined && body.thinking_budget !== undefined) {
    throw badRequest("'reasoning_effort' and 'thinking_budget' cannot be set simultaneously");
  }
  if (!isReasoning(body.model as string, body)) return;
  if (isObject(body.tool_choice) || body.tool_choice === "required") {
    throw badRequest("The tool_choice parameter does not support being set to required or object in thinking mode");
  }
  if (isObject(body.response_format) && body.response_format.type === "json_object") {
    throw badRequest("Json mode response is not supported when enable_thinking is true");
  }
}

/** https://help.aliyun.com/zh/model-studio/anthropic-api-messages */
const anthropicOptions = {
  images: true,
  maxTemperature: 2,
  servedModel: (model: string): string | undefined => (modelNames.test(model) ? model : undefined),
};

function handleNative(request: ProviderRequest): ProviderReply {
  const requestId = requestIdOf(request);
  const headers: HeaderPair[] = [
    ["x-request-id", requestId],
    ["x-dashscope-call-gateway", "true"],
  ];
  try {
    const reply = serveRequest(request, requestId);
    return { ...reply, headers: [...reply.headers, ...headers] };
  } catch (error) {
    if (!(error instanceof DashScopeRefusal)) throw error;
    const body = error.body(requestId);
    // The model server sends the error of a streaming request as an event; the front end does not.
    const framed = wantsEvents(request) && error.code === "InvalidParameter";
    const reply = framed
      ? { ...eventStream([eventText(1, "error", error.status, body)], eventStreamType), status: error.status }
      : jsonReply(error.status, body);
    return { ...reply, headers: [...reply.headers, ...headers, ...error.headers] };
  }
}

function serveRequest(request: ProviderRequest, requestId: string): ProviderReply {
  const key = bearerOf(request);
  if (key === "" || key.includes("invalid")) throw invalidApiKey(key);
  switch (pathOf(request)) {
    case `${services}/aigc/text-generation/generation`:
      return generate(request, requestId, false);
    case `${services}/aigc/multimodal-generation/generation`:
      return generate(request, requestId, true);
    case `${services}/embeddings/text-embedding/text-embedding`:
      return embed(request, requestId);
    case `${services}/rerank/text-rerank/text-rerank`:
      return rerank(request, requestId);
    case "/compatible-api/v1/reranks":
      return compatibleRerank(request, requestId);
    default:
      throw new DashScopeRefusal(404, "NotFound", "Not found!");
  }
}

function generate(request: ProviderRequest, requestId: string, multimodal: boolean): ProviderReply {
  const { model, input, parameters } = readBody(request);
  if (multimodalModels.test(model) !== multimodal || embeddingModels.test(model)) {
    throw invalidParameter("url error, please check url！");
  }
  if (Object.keys(input).some((name) => name !== "messages")) throw outOfDefinition("input");
  const messages = checkMessages(input.messages, multimodal);
  const stream = wantsEvents(request);
  const thinking = isReasoning(model, parameters);
  checkParameters(parameters, messages, { stream, thinking, streamOnly: streamOnlyModels.test(model), multimodal });

  const generation = {
    ...{ requestId, model, messages, parameters, multimodal, images: imagesIn(messages) },
    output: outputFor(conversationOf(messages, parameters, thinking)),
  };
  return withFault(model, stream, stream ? streamed(generation) : jsonReply(200, wholeBody(generation)), requestId);
}

const conversationOf = (messages: JsonObject[], parameters: JsonObject, thinking: boolean) => ({
  lastRole: messages[messages.length - 1].role as string,
  lastText: textOf(messages[messages.length - 1].content),
  tools: ((parameters.tools ?? []) as { function: JsonObject }[]).map(({ function: declared }) => ({
    name: declared.name as string,
    parameter: firstParameter(declared.parameters),
  })),
  toolChoice: choiceOf(parameters.tool_choice),
  images: imagesIn(messages),
  thinking,
  wantsJson: isObject(parameters.response_format) && parameters.response_format.type !== "text",
  maxTokens: parameters.max_tokens as number | undefined,
});

/** https://www.alibabacloud.com/help/en/model-studio/text-embedding-synchronous-api */
function embed(request: ProviderRequest, requestId: string): ProviderReply {
  const { model, input, parameters } = readBody(request);
  if (!embeddingModels.test(model)) throw invalidParameter("url error, please check url！");
  const texts = input.texts;
  if (!Array.isArray(texts) || texts.length === 0 || !texts.every((text) => typeof text === "string")) {
    throw invalidParameter("Value error, contents is neither str nor list of str.: input.contents");
  }
  const limit = /-v[12]$/.test(model) ? 25 : 10;
  if (texts.length > limit) {
    throw invalidParameter(
      `Value error, batch size is invalid, it should not be larger than ${limit}.: input.contents`,
    );
  }
  for (const name of Object.keys(parameters)) {
    if (!["text_type", "dimension", "output_type", "instruct"].includes(name))
      throw outOfDefinition(`parameters.${name}`);
  }
  const size = (parameters.dimension as number | undefined) ?? (/-v[12]$/.test(model) ? 1536 : 1024);
  const embeddings = texts.map((text, i) => ({ embedding: embeddingOf(text, size), text_index: i }));
  const usage = { total_tokens: promptTokens(texts) };
  return withFault(model, false, jsonReply(200, { output: { embeddings }, usage, request_id: requestId }), requestId);
}

/** https://help.aliyun.com/zh/model-studio/text-rerank-api */
function rerank(request: ProviderRequest, requestId: string): ProviderReply {
  const { model, input, parameters } = readBody(request);
  if (!rerankModels.test(model)) throw invalidParameter("url error, please check url！");
  for (const name of Object.keys(parameters)) {
    if (!["return_documents", "top_n", "instruct"].includes(name)) throw outOfDefinition(`parameters.${name}`);
  }
  const ranking = rankDocuments({ ...input, ...parameters });
  if (!ranking) throw invalidParameter("Value error, query and documents are required.: input");
  const usage = { total_tokens: ranking.tokens };
  return withFault(model, false, jsonReply(200, { output: ranking.body, usage, request_id: requestId }), requestId);
}

/** The same in the shape of other rerank APIs: all fields are beside the model. */
function compatibleRerank(request: ProviderRequest, requestId: string): ProviderReply {
  const body = parseObject(request.body);
  if (!body || !rerankModels.test(String(body.model))) throw invalidParameter("Model not exist.");
  const ranking = rankDocuments(body);
  if (!ranking) throw invalidParameter("Value error, query and documents are required.");
  const { tokens, body: results } = ranking;
  return jsonReply(200, {
    object: "list",
    id: requestId,
    model: body.model,
    ...results,
    usage: { total_tokens: tokens },
  });
}

function readBody(request: ProviderRequest): { model: string; input: JsonObject; parameters: JsonObject } {
  if (request.method !== "POST") throw invalidParameter(`Request method '${request.method}' is not supported.`);
  const isJson = /^application\/json\s*(;|$)/i.test(headerOf(request, "content-type"));
  const body = isJson ? parseObject(request.body) : undefined;
  if (!body) throw invalidParameter("Required body invalid, please check the request body format.");
  const { model, input, parameters, ...rest } = body;
  if (typeof model !== "string" || model === "") {
    throw new DashScopeRefusal(400, "BadRequest.EmptyModel", 'Required parameter "model" missing from request.');
  }
  if (!modelNames.test(model)) throw invalidParameter("Model not exist.");
  if (!isObject(input)) {
    throw invalidParameter('Either "prompt" or "messages" must exist and cannot both be none');
  }
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw outOfDefinition(unknown);
  if (parameters !== undefined && !isObject(parameters)) throw outOfDefinition("parameters");
  return { model, input, parameters: parameters ?? {} };
}

const wantsEvents = (request: ProviderRequest): boolean =>
  headerOf(request, "x-dashscope-sse") === "enable" || headerOf(request, "accept").includes("text/event-stream");

const isReasoning = (model: string, parameters: JsonObject): boolean =>
  parameters.enable_thinking === true || reasoningModels.test(model);

const streamed = (generation: Generation): ProviderReply =>
  eventStream(
    eventBodies(generation).map((body, i) => eventText(i + 1, "result", 200, body)),
    eventStreamType,
  );

/** The failure that the model name selects: an error, an error event, or a transport failure. */
function withFault(model: string, stream: boolean, reply: ProviderReply, requestId: string): ProviderReply {
  const fault = faultOf(model);
  const refusal = faultRefusal(fault);
  if (!refusal) return withTransportFault(fault, reply);
  if (!stream || !fault?.startsWith("stream-")) throw refusal;
  const before = fault === "stream-error" ? 2 : 0;
  const last = eventText(before + 1, "error", refusal.status, refusal.body(requestId));
  return { ...reply, chunks: [...reply.chunks.slice(0, before), Buffer.from(last)] };
}
