import { Api, listsModels } from "../../../assembly/ai/api";
import { ChatProtocol } from "../../../assembly/ai/chat-protocol";
import { RequestPath } from "../../../assembly/ai/request-path";
import { withoutQuery } from "../../../assembly/bytes/query";
import {
  ABSENT,
  includesIgnoringCase,
  sliceEquals,
  sliceEqualsIgnoringCase,
  sliceStartsWith,
} from "../../../assembly/bytes/slice";
import { METHOD, PATH } from "../../../assembly/host/header-names";
import { HeaderMap } from "../../../assembly/host/headers";
import { keepRoute } from "../../../assembly/host/route-choice";
import { Protocol } from "../config/provider-config";
import { MESSAGES_CLIENTS, RESPONSES_CLIENTS } from "../config/built-protocols";
import { Exchange } from "../exchange";
import { providerOf } from "../providers";
import { limitBetas } from "./betas";
import { chooseModelShape } from "./model-shape";
import { chooseProtocol } from "./bridge";
import { BodyNeed, bodyNeed, needsSettingsOnly } from "./body-need";
import { applyEdits, restoreClientHeaders } from "./client-headers";
import { authorize } from "./credentials";
import { limitFirstByte } from "./first-byte";
import { forward } from "./forward";
import { readPathModel } from "./read-request";
import { withoutBasePath } from "./upstream-path";
import { readQueryModel } from "./upstream-query";

const requestPath = new RequestPath();

/** Reads the headers of the request, sets host and API key, and forwards it if the body is not needed. */
export function prepareHeaders(exchange: Exchange, headers: HeaderMap, endOfStream: bool): BodyNeed {
  const config = exchange.config;
  restoreClientHeaders(exchange, headers);
  if (!exchange.isInRoutersChain) keepRoute();
  exchange.keepPath(headers.of(PATH));
  exchange.path = withoutBasePath(exchange.path, exchange);
  readPath(exchange);
  const edits = exchange.headers;
  edits.clear();
  chooseProtocol(exchange);
  if (listsModels(exchange.api)) chooseModelShape(exchange, headers);
  if (
    lacksApi(exchange) ||
    isSocket(exchange, headers) ||
    lacksMethod(exchange, headers) ||
    !readPathModel(exchange) ||
    !readQueryModel(exchange)
  )
    return BodyNeed.Refused;
  const need = bodyNeed(exchange, headers, endOfStream);
  if (need == BodyNeed.Refused) return need;
  if (config.host.length) edits.setText(":authority", config.host);
  if (!authorize(exchange, headers)) return BodyNeed.Refused;
  limitBetas(exchange, headers);
  providerOf(exchange).addHeaders(exchange);
  // Errors of every API are read, and every response that may repeat an API key.
  const readsErrors = config.protocol == Protocol.OpenAi && exchange.api != Api.Unknown;
  if (readsErrors || config.secrets) edits.remove("accept-encoding");
  if (mayStream(exchange, headers)) limitFirstByte(exchange);
  if (need == BodyNeed.None) return forward(exchange, headers, ABSENT) ? need : BodyNeed.Refused;
  applyEdits(exchange, headers);
  return need;
}

/** Reads which API `exchange.path` names. */
export function readPath(exchange: Exchange): void {
  requestPath.read(withoutQuery(exchange.path));
  exchange.api = requestPath.api;
  exchange.tail = requestPath.tail;
  exchange.deployment = requestPath.deployment;
  exchange.isDated = requestPath.isDated && !needsSettingsOnly(exchange);
}

function lacksApi(exchange: Exchange): bool {
  const config = exchange.config;
  if (config.protocol != Protocol.Original && lacksClient(exchange)) return true;
  if (config.protocol == Protocol.Original || exchange.api == Api.Unknown || exchange.api == Api.Other) return false;
  if (exchange.estimatesTokens || exchange.isBridged) return false;
  if (config.capabilities[exchange.api] !== null) return false;
  const isStored = exchange.api == Api.RetrieveResponse && config.chat.translatesResponses;
  if (!isStored && (!config.settings.refusesUnknownApis || providerOf(exchange).serves(exchange))) return false;
  exchange.refuse(`The provider '${config.name}' does not have this API.`, "", "unsupported_api", 404);
  return true;
}

/** Whether the client's protocol is one that the module was built without. */
function lacksClient(exchange: Exchange): bool {
  const tail = exchange.tail;
  if (!MESSAGES_CLIENTS) {
    if (sliceStartsWith(tail, "/messages")) return !refuseClient(exchange, "Anthropic's Messages", "messages");
  }
  if (!RESPONSES_CLIENTS) {
    if (sliceStartsWith(tail, "/responses")) return !refuseClient(exchange, "OpenAI's Responses", "responses");
  }
  return false;
}

function refuseClient(exchange: Exchange, protocol: string, name: string): bool {
  const message = `This gateway was built without ${protocol}: build ai-proxy with PROTOCOLS=chat,${name}.`;
  return exchange.refuse(message, "", "unsupported_api", 404);
}

/**
 * Whether the request is the handshake of a WebSocket for Responses that are translated, which come over HTTP alone. Codex tries
 * it first, and sends its requests by POST at once after 426: https://github.com/openai/codex/pull/10139
 */
function isSocket(exchange: Exchange, headers: HeaderMap): bool {
  if (exchange.client != ChatProtocol.Responses || !exchange.isBridged) return false;
  if (!sliceEqualsIgnoringCase(headers.get("upgrade"), "websocket")) return false;
  const message = "The Responses of this provider come over HTTP, without a WebSocket: send a POST request.";
  return !exchange.refuse(message, "", "unsupported_upgrade", 426);
}

/** Whether the method is none of the client's API: the body of another one would reach the provider as it is. */
function lacksMethod(exchange: Exchange, headers: HeaderMap): bool {
  if (!exchange.isBridged || listsModels(exchange.api) || sliceEquals(headers.of(METHOD), "POST")) return false;
  return !exchange.refuse("This API takes POST requests alone.", "", "method_not_allowed", 405);
}

/** Whether a request whose body is not read may be one for a stream. */
function mayStream(exchange: Exchange, headers: HeaderMap): bool {
  if (!exchange.config.chat.firstByteTimeout.length || !needsSettingsOnly(exchange)) return false;
  if (exchange.config.protocol != Protocol.Original) return true;
  const dashScope = headers.get("x-dashscope-sse");
  return sliceEquals(dashScope, "enable") || includesIgnoringCase(headers.get("accept"), "event-stream");
}
