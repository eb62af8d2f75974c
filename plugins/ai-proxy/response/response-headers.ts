import { DROPPED_HEADER, MODEL_HEADER, PROVIDER_HEADER, TRANSLATION_HEADER } from "../../../assembly/ai/contract";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import {
  ABSENT,
  byteAt,
  Slice,
  sliceEquals,
  sliceEqualsIgnoringCase,
  sliceSize,
  startsWithIgnoringCase,
} from "../../../assembly/bytes/slice";
import { HeaderMap } from "../../../assembly/host/headers";
import { log, LogLevel } from "../../../assembly/host/log";
import { Counter } from "../../../assembly/host/metric";
import { codeDetails } from "../../../assembly/host/property";
import { Exchange } from "../exchange";
import { translationName } from "../translation-name";
import { removeForgedHeaders } from "./forged-headers";

const LONGEST_MODEL = 256;

const text = new ByteBuffer();
const compressed = new Counter("ai_proxy_compressed_answers_total");

/**
 * Whether an upstream sent the response. Before the router it may also be a local reply, a `direct_response` or a cache
 * hit: Envoy's response code details tell them apart. Into the router's chain comes what the upstream sent and nothing
 * else. https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details
 */
export function isFromProvider(isInRoutersChain: bool): bool {
  if (isInRoutersChain) return true;
  const details = codeDetails();
  // The second one: the response to the handshake of a WebSocket has another status than 101.
  return sliceEquals(details, "via_upstream") || sliceEquals(details, "websocket_handshake_unsuccessful");
}

/** Whether the body has a content coding other than `identity`. */
export function isCompressed(headers: HeaderMap): bool {
  const encoding = headers.get("content-encoding");
  return encoding != ABSENT && sliceSize(encoding) > 0 && !sliceEqualsIgnoringCase(encoding, "identity");
}

/** Whether the body is a stream of server-sent events. */
export function isEventStream(headers: HeaderMap): bool {
  return startsWithIgnoringCase(headers.get("content-type"), "text/event-stream");
}

/** Counts and logs a compressed response, which cannot be read; `outcome` says what the client gets. */
export function noteCompressed(outcome: string): void {
  compressed.add();
  log(LogLevel.Warn, `ai-proxy: the provider compressed its answer although it was not asked to; ${outcome}`);
}

/** The model in the response header, as `responseModel` says; `ABSENT` where no header can hold its name. */
export function shownModel(exchange: Exchange): Slice {
  const model = exchange.hasRequestedModel ? exchange.requestedModel : exchange.model.slice;
  return isHeaderValue(model) ? model : ABSENT;
}

/** Sets the response headers that name the provider and the model, and removes what else only the gateway may say. */
export function nameServer(exchange: Exchange, headers: HeaderMap): void {
  removeForgedHeaders(headers, exchange.isInRoutersChain);
  text.clear();
  headers.put(PROVIDER_HEADER, text.text(exchange.config.name).slice);
  if (exchange.isBridged) headers.put(TRANSLATION_HEADER, translationName(exchange));
  if (exchange.dropped != ABSENT) headers.put(DROPPED_HEADER, exchange.dropped);
  const model = shownModel(exchange);
  if (model != ABSENT) headers.put(MODEL_HEADER, model);
  else if (headers.get(MODEL_HEADER) != ABSENT) headers.remove(MODEL_HEADER);
}

/** Whether a client's model can stand in a header: visible ASCII, and not too long. */
function isHeaderValue(value: Slice): bool {
  const size = sliceSize(value);
  if (size == 0 || size > LONGEST_MODEL) return false;
  for (let i = 0; i < size; i++) if (byteAt(value, i) - 0x21 > 0x5d) return false;
  return true;
}
