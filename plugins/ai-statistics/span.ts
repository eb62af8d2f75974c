import { ByteBuffer } from "../../assembly/bytes/buffer";
import { constant } from "../../assembly/bytes/constant";
import { byteAt, Slice, sliceSize } from "../../assembly/bytes/slice";
import { HeaderMap } from "../../assembly/host/headers";
import { setProperty } from "../../assembly/host/property";
import { alsoEncoded } from "../../assembly/host/scratch";
import { Account } from "./account";
import { TextCapture } from "./capture";
import { writeFields } from "./log-fields";

/** When span attributes are set. */
export const enum SpanAttributes {
  /** For the requests that Envoy traces. */
  Traced,
  /** For all requests: where the request id does not say which are traced. */
  Always,
  Never,
}

/** The values of `span_attributes`, in the order of `SpanAttributes`. */
export const SPAN_ATTRIBUTES = ["traced", "always", "never"];

/**
 * The digit of a request id into which Envoy writes why it traces a request: 9 for sampling, a for a forced trace, b for a client's. It is the 4
 * of a random UUID if nothing is traced. https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-request-id
 */
const TRACE_DIGIT: i32 = 14;
const UUID_SIZE: i32 = 36;

const REQUEST_ID = constant("x-request-id");

const digits = new ByteBuffer();

/** Whether a request gets span attributes: the host is asked for nothing that others have not read. */
export function hasSpan(headers: HeaderMap, when: SpanAttributes): bool {
  if (when != SpanAttributes.Traced) return when == SpanAttributes.Always;
  const id = headers.of(REQUEST_ID);
  if (sliceSize(id) != UUID_SIZE) return false;
  const digit = byteAt(id, TRACE_DIGIT);
  return digit == 0x39 || digit == 0x61 || digit == 0x62;
}

/**
 * Sets the fields for the span of a pass, of which `account.finish` was called; and the tags that Higress's Envoy puts on the span itself.
 */
export function writeSpan(account: Account, capture: TextCapture | null): void {
  writeFields(account, capture, true);
  tag("trace_span_tag.gen_ai.span.kind", alsoEncoded("LLM"));
  tag("trace_span_tag.gen_ai.request.model", account.requestModel.slice);
  const usage = account.usage;
  if (!usage) return;
  const model = account.responseModel;
  tag("trace_span_tag.gen_ai.model_name", sliceSize(model) ? model : account.requestModel.slice);
  count("trace_span_tag.gen_ai.usage.input_tokens", usage.prompt);
  count("trace_span_tag.gen_ai.usage.output_tokens", usage.completion);
  count("trace_span_tag.gen_ai.usage.total_tokens", usage.total);
}

function tag(name: string, value: Slice): void {
  if (sliceSize(value)) setProperty(name, value);
}

function count(name: string, value: i64): void {
  digits.clear();
  setProperty(name, digits.integer(value).slice);
}
