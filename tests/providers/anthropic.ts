// SPDX-License-Identifier: Apache-2.0
import { messageEvents, wholeMessage } from "./anthropic-response.ts";
import { AnthropicRefusal, faultRefusal, invalid, wrongApiKey } from "./anthropic-errors.ts";
import { readMessages, type RequestLimits } from "./anthropic-request.ts";
import { faultOf, withTransportFault } from "./faults.ts";
import { outputFor, promptTokens } from "./scenarios.ts";
import type { ProviderReply, ProviderRequest } from "./types.ts";
import { bearerOf, eventStream, headerOf, type JsonObject, jsonReply, parseObject, requestIdOf } from "./wire.ts";

/** A service that serves its own models through Anthropic's Messages API. */
export interface MessagesOptions extends RequestLimits {
  /** Returns the model that serves the requested one, or undefined if there is none. */
  servedModel(model: string): string | undefined;
  /** Whether the model reasons if the request does not set it. */
  isReasoning?: (model: string, body: JsonObject) => boolean;
  /** Whether the texts of its reasoning are left out of the response. */
  hidesReasoning?: (model: string, body: JsonObject) => boolean;
  /** The body of an error; by default Anthropic's. */
  refusalBody?: (refusal: AnthropicRefusal, request: ProviderRequest) => unknown;
}

/** Serves `POST …/v1/messages`. The API key may be in either of the two headers that Anthropic's clients use. */
export function anthropicMessages(request: ProviderRequest, options: MessagesOptions): ProviderReply {
  const id = requestIdOf(request);
  try {
    return withRequestId(serveRequest(request, id, options), id);
  } catch (error) {
    if (!(error instanceof AnthropicRefusal)) throw error;
    const body = options.refusalBody?.(error, request) ?? error.body(id);
    return withRequestId(jsonReply(error.status, body, error.headers), id);
  }
}

function serveRequest(request: ProviderRequest, id: string, options: MessagesOptions): ProviderReply {
  const key = headerOf(request, "x-api-key") || bearerOf(request);
  if (key === "" || key.includes("invalid")) throw wrongApiKey();
  if (request.method !== "POST") throw new AnthropicRefusal(405, "invalid_request_error", "Method Not Allowed");
  const isJson = /^application\/json\s*(;|$)/i.test(headerOf(request, "content-type"));
  const body = isJson ? parseObject(request.body) : undefined;
  if (!body) {
    throw new AnthropicRefusal(400, "invalid_request_error", "The request body is not valid JSON");
  }
  if (typeof body.model !== "string") throw invalid("model", "Field required");
  const model = options.servedModel(body.model);
  if (model === undefined) throw new AnthropicRefusal(404, "not_found_error", `model: ${body.model}`);
  const conversation = readMessages(body, options);
  const thinking = conversation.thinking || (options.isReasoning?.(model, body) ?? false);

  const fault = faultOf(body.model);
  const refusal = faultRefusal(fault);
  if (refusal && !(fault?.startsWith("stream-") && body.stream === true)) throw refusal;
  const output = outputFor({ ...conversation, thinking });
  if (output.reasoning.length > 0 && options.hidesReasoning?.(model, body)) output.reasoning = [""];
  const message = {
    ...{ id: `msg_${id.replaceAll("-", "")}`, model, inputTokens: promptTokens(body.messages) },
    output,
  };
  if (body.stream !== true) return withTransportFault(fault, jsonReply(200, wholeMessage(message)));
  const events = messageEvents(message).map(eventText);
  if (!refusal) return withTransportFault(fault, eventStream(events, "text/event-stream; charset=utf-8"));
  const before = events.slice(0, fault === "stream-error" ? 4 : 0);
  return eventStream([...before, eventText(refusal.body(id) as JsonObject)], "text/event-stream; charset=utf-8");
}

const eventText = (data: JsonObject): string => `event: ${String(data.type)}\ndata: ${JSON.stringify(data)}\n\n`;

const withRequestId = (reply: ProviderReply, id: string): ProviderReply => ({
  ...reply,
  headers: [...reply.headers, ["request-id", `req_${id.replaceAll("-", "")}`]],
});
