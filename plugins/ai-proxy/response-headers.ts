import { MODEL_HEADER, PROVIDER_HEADER } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, byteAt, Slice, sliceEquals, sliceEqualsIgnoringCase, sliceSize } from "../../assembly/bytes/slice";
import { HeaderMap } from "../../assembly/host/headers";
import { log, LogLevel } from "../../assembly/host/log";
import { Counter } from "../../assembly/host/metric";
import { namedProperty } from "../../assembly/host/property";
import { Exchange } from "./exchange";

const LONGEST_MODEL = 256;

const text = new ByteBuffer();
const compressed = new Counter("ai_proxy_compressed_answers_total");

/** Reads `:status`; 0 where it is absent. */
export function readStatus(value: Slice): i32 {
  let status = 0;
  for (let i = 0; i < min(sliceSize(value), 3); i++) status = status * 10 + <i32>byteAt(value, i) - 0x30;
  return status;
}

/** Whether an upstream sent the response, rather than Envoy or another filter. */
export function isFromProvider(): bool {
  return sliceEquals(namedProperty("response\0code_details"), "via_upstream");
}

/** Whether the body has a content coding other than `identity`. */
export function isCompressed(headers: HeaderMap): bool {
  const encoding = headers.get("content-encoding");
  return encoding != ABSENT && sliceSize(encoding) > 0 && !sliceEqualsIgnoringCase(encoding, "identity");
}

/** Counts and logs a compressed response, which cannot be read. */
export function noteCompressed(): void {
  compressed.add();
  log(
    LogLevel.Warn,
    "ai-proxy: the provider compressed its answer although it was not asked to; it is passed on as it is",
  );
}

/** Sets the response headers that name the provider and the model. */
export function nameServer(exchange: Exchange, headers: HeaderMap): void {
  text.clear();
  headers.put(PROVIDER_HEADER, text.text(exchange.config.name).slice);
  const model = exchange.model.slice;
  if (isHeaderValue(model)) headers.put(MODEL_HEADER, model);
}

/** Whether a client's model can stand in a header: visible ASCII, and not too long. */
function isHeaderValue(value: Slice): bool {
  const size = sliceSize(value);
  if (size == 0 || size > LONGEST_MODEL) return false;
  for (let i = 0; i < size; i++) if (byteAt(value, i) - 0x21 > 0x5d) return false;
  return true;
}
