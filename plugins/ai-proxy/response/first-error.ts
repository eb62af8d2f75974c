import { ChatProtocol } from "../../../assembly/ai/chat-protocol";
import { writeErrorObject } from "../../../assembly/ai/error";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, indexOfByte, indexOfText, Slice, sliceStartsWith, subslice } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonError } from "../../../assembly/json/validate";
import { jsonContent, jsonGet } from "../../../assembly/json/value";
import { Exchange } from "../exchange";

const LF = 0x0a;
const FIELD = "data: ";
const TYPE = "event: ";
const FAILED = "event: response.failed\n";

const document = new JsonDocument();
const error = new ByteBuffer();

/** The error object of a translated stream that has failed before it said anything, as the body of the response. */
export function firstError(exchange: Exchange, status: i32, events: Slice): Slice {
  return exchange.client == ChatProtocol.Responses ? failureOf(status, events) : dataOf(events);
}

/** The data of the first event: the error object, unless another event came before it. */
function dataOf(events: Slice): Slice {
  if (sliceStartsWith(events, TYPE)) return dataOf(subslice(events, indexOfByte(events, LF) + 1));
  const data = sliceStartsWith(events, FIELD) ? subslice(events, FIELD.length) : events;
  const end = indexOfByte(data, LF);
  return end < 0 ? data : subslice(data, 0, end);
}

/** OpenAI's error object for the last event of a response. */
function failureOf(status: i32, events: Slice): Slice {
  const at = indexOfText(events, FAILED);
  if (at < 0 || document.parse(dataOf(subslice(events, at))) != JsonError.None) return events;
  const failure = jsonGet(document.get("response"), "error");
  error.clear();
  writeErrorObject(
    error,
    status,
    jsonContent(jsonGet(failure, "message")),
    ABSENT,
    jsonContent(jsonGet(failure, "code")),
  );
  return error.slice;
}
