// SPDX-License-Identifier: Apache-2.0
import { faultOf, withTransportFault } from "./faults.ts";
import { chatOutput, chatChunks, chatCompletion, readChat } from "./openai-chat.ts";
import {
  badRequest,
  faultRefusal,
  noKey,
  noModel,
  OpenAiRefusal,
  type Spelling,
  wrongKey,
  wrongType,
} from "./openai-errors.ts";
import { type FormPart, readForm } from "./multipart.ts";
import { createBatch, formApis, isList, noSuchObject, otherApis } from "./openai-other.ts";
import { errorEvent } from "./openai-responses.ts";
import { completionObjects, embeddingList } from "./openai-text.ts";
import type { Dialect, HeaderPair, ProviderReply, ProviderRequest } from "./types.ts";
import {
  bearerOf,
  eventStream,
  headerOf,
  type JsonObject,
  jsonReply,
  parseObject,
  pathOf,
  requestIdOf,
} from "./wire.ts";

/** The differences between a server with OpenAI's API and OpenAI itself. */
export interface OpenAiOptions {
  name?: string;
  /** Replaces `/v1`. */
  prefix?: string;
  /** Top-level fields beyond OpenAI's; `any` ignores unknown fields, as self-hosted servers do. */
  lenientFields?: readonly string[] | "any";
  /** Model names, instead of OpenAI's. */
  models?: RegExp;
  /** The models in the list of models. */
  listed?: readonly string[];
  /** Whether the models return reasoning in `reasoning_content`. */
  isReasoning?: (body: JsonObject) => boolean;
  /** The supported APIs, by path below the prefix; by default OpenAI's. */
  apis?: readonly string[];
  /** Refuses a request by its headers; by default OpenAI's Bearer key is required. */
  checkKey?: (request: ProviderRequest) => void;
  /** Refuses a chat that OpenAI would accept. */
  checkChat?: (body: JsonObject) => void;
  /** The fields that limit the output; the first one applies. */
  limitFields?: readonly string[];
  /** Writes a `chat.completion`. */
  writeCompletion?: (completion: JsonObject) => JsonObject;
  /** Writes the chunks of a stream, without the closing `[DONE]`. */
  writeChunks?: (chunks: JsonObject[], usage: JsonObject) => JsonObject[];
  /** Writes an error; by default in OpenAI's form. */
  spell?: (refusal: OpenAiRefusal, request: ProviderRequest) => Spelling;
}

const chatModels = /^(gpt-(?!3\.5-turbo-instruct)|o\d|chatgpt-)/;
const completionModels = /^(gpt-3\.5-turbo-instruct|davinci-002|babbage-002)/;
const embeddingModels = /^text-embedding-/;
const limitFields = ["max_completion_tokens", "max_tokens"];
const listedModels = ["gpt-4o", "gpt-4o-mini", "gpt-3.5-turbo-instruct", "text-embedding-3-small"];

/** OpenAI's API as strict as the real one, or a server of this API with the given differences. */
export function openAiDialect(options: OpenAiOptions = {}): Dialect {
  return {
    name: options.name ?? "openai",
    handle(request) {
      const id = requestIdOf(request);
      try {
        return withRequestId(id, serveRequest(request, id, options));
      } catch (error) {
        if (!(error instanceof OpenAiRefusal)) throw error;
        const { status, body } = spelled(error, request, options);
        return withRequestId(id, jsonReply(status, body, error.headers));
      }
    },
  };
}

function serveRequest(request: ProviderRequest, id: string, options: OpenAiOptions): ProviderReply {
  const path = pathOf(request);
  const prefix = options.prefix ?? "/v1";
  const api = path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : "";
  (options.checkKey ?? checkKey)(request);
  if (options.apis && !options.apis.includes(api.replace(/^(\/models)\/[^/]+$/, "$1"))) throw noUrl(request);
  switch (api) {
    case "/chat/completions":
      return generate(request, options, chatModels, (body) => chat(body, id, options));
    case "/completions":
      return generate(request, options, completionModels, (body) =>
        objects(body, completionObjects(`cmpl-${id}`, body, options.lenientFields ?? [])),
      );
    case "/embeddings":
      return generate(request, options, embeddingModels, (body) =>
        jsonReply(200, embeddingList(body, options.lenientFields ?? [])),
      );
    case "/models":
      return listing(request, (options.listed ?? listedModels).map(modelObject));
  }
  const other = Object.hasOwn(otherApis, api) ? otherApis[api] : undefined;
  if (other) return generate(request, { ...options, models: options.models ?? /./ }, /./, (body) => other(id, body));
  if (request.method === "POST" && Object.hasOwn(formApis, api)) return formApis[api](id, requireForm(request));
  if (request.method === "POST" && api === "/batches") return createBatch(id, readBody(request));
  if (isList(api)) return listing(request, []);
  const absent = noSuchObject(api);
  if (absent) throw absent;
  const model = /^\/models\/([^/]+)$/.exec(api)?.[1];
  if (model === undefined) throw noUrl(request);
  requireMethod(request, "GET");
  if (!isServed(decodeURIComponent(model), options)) throw noModel(model);
  return jsonReply(200, modelObject(decodeURIComponent(model)));
}

function chat(body: JsonObject, id: string, options: OpenAiOptions): ProviderReply {
  options.checkChat?.(body);
  const conversation = readChat(body, options.lenientFields ?? []);
  const [limit] = (options.limitFields ?? limitFields).map((name) => body[name]).filter(Number.isInteger);
  const thinking = options.isReasoning?.(body) ?? false;
  const reply = chatOutput({ ...conversation, thinking, maxTokens: limit as number | undefined });
  const whole = chatCompletion(`chatcmpl-${id}`, body, reply);
  if (body.stream !== true) return jsonReply(200, options.writeCompletion?.(whole) ?? whole);
  const chunks = chatChunks(`chatcmpl-${id}`, body, reply);
  return objects(body, options.writeChunks?.(chunks, whole.usage as JsonObject) ?? chunks);
}

/** The checks of every generating API, in OpenAI's order, and the failures that a model name selects. */
function generate(
  request: ProviderRequest,
  options: OpenAiOptions,
  served: RegExp,
  respond: (body: JsonObject) => ProviderReply,
): ProviderReply {
  requireMethod(request, "POST");
  const body = readBody(request);
  if (body.model === undefined) throw badRequest("you must provide a model parameter");
  if (typeof body.model !== "string") throw wrongType("model", "a string", body.model);
  if (!isServed(body.model, options)) throw noModel(body.model);
  if (!options.models && !served.test(body.model)) throw wrongApi(body.model, pathOf(request));

  const fault = faultOf(body.model);
  const refusal = faultRefusal(fault, body.model);
  if (refusal && !(fault?.startsWith("stream-") && body.stream === true)) throw refusal;
  const reply = respond(body);
  if (!refusal) return withTransportFault(fault, reply);
  if (pathOf(request).endsWith("/responses")) {
    const last = errorEvent(3, (spelled(refusal, request, options).body as OpenAiRefusal).error);
    return { ...reply, chunks: [...reply.chunks.slice(0, 3), Buffer.from(last)] };
  }
  return withErrorEvent(reply, spelled(refusal, request, options).body, fault === "stream-error" ? 2 : 0);
}

function readBody(request: ProviderRequest): JsonObject {
  const type = headerOf(request, "content-type");
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    const text = `Unsupported content type: '${type}'. This API method only accepts 'application/json' requests.`;
    throw new OpenAiRefusal(415, text, null, "unsupported_content_type");
  }
  const body = parseObject(request.body);
  if (!body) throw badRequest("We could not parse the JSON body of your request.");
  return body;
}

function requireForm(request: ProviderRequest): Map<string, FormPart> {
  const form = readForm(request);
  if (!form) throw badRequest("Could not parse multipart form");
  return form;
}

function checkKey(request: ProviderRequest): void {
  const key = bearerOf(request);
  if (key === "") throw noKey();
  if (key.includes("invalid")) throw wrongKey(key);
}

function requireMethod(request: ProviderRequest, method: string): void {
  if (request.method === method) return;
  const text = `Not allowed to ${request.method} on ${pathOf(request)}.`;
  throw new OpenAiRefusal(405, text, null, "method_not_supported");
}

const isServed = (model: string, options: OpenAiOptions): boolean =>
  (options.models ? [options.models] : [chatModels, completionModels, embeddingModels]).some((names) =>
    names.test(model),
  );

const wrongApi = (model: string, path: string): OpenAiRefusal => {
  const text = `This is not a model that is supported in the ${path.slice(1)} endpoint: ${model}`;
  return new OpenAiRefusal(404, text, "model");
};

const objects = (body: JsonObject, list: JsonObject[]): ProviderReply =>
  body.stream === true
    ? eventStream([...list.map(event), "data: [DONE]\n\n"], "text/event-stream; charset=utf-8")
    : jsonReply(200, list[0]);

const event = (object: unknown): string => `data: ${JSON.stringify(object)}\n\n`;

/** The stream ends with an `error` object instead of a chunk, and without `[DONE]`. */
const withErrorEvent = (reply: ProviderReply, error: unknown, after: number): ProviderReply => ({
  ...reply,
  chunks: [...reply.chunks.slice(0, after), Buffer.from(event(error))],
});

const spelled = (refusal: OpenAiRefusal, request: ProviderRequest, options: OpenAiOptions): Spelling =>
  options.spell?.(refusal, request) ?? { status: refusal.status, body: { error: refusal.error } };

const noUrl = (request: ProviderRequest): OpenAiRefusal =>
  new OpenAiRefusal(404, `Invalid URL (${request.method} ${pathOf(request)})`);

const listing = (request: ProviderRequest, data: JsonObject[]): ProviderReply => {
  requireMethod(request, "GET");
  return jsonReply(200, { object: "list", data, ...(data.length === 0 ? { has_more: false } : {}) });
};

const modelObject = (id: string): JsonObject => ({ id, object: "model", created: 1686935002, owned_by: "openai" });

function withRequestId(id: string, reply: ProviderReply): ProviderReply {
  const headers: HeaderPair[] = [...reply.headers, ["x-request-id", `req_${id.replaceAll("-", "")}`]];
  return { ...reply, headers };
}
