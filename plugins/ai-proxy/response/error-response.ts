import { ChatProtocol } from "../../../assembly/ai/chat-protocol";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOf, sliceSize, sliceStart, trimmed } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonError } from "../../../assembly/json/validate";
import {
  jsonEquals,
  jsonFirst,
  jsonGet,
  JsonKind,
  jsonKind,
  jsonNext,
  jsonUnescape,
} from "../../../assembly/json/value";
import { SseDecoder } from "../../../assembly/sse/decoder";
import { writeClientError } from "../client-error";
import { Exchange } from "../exchange";
import { providerOf } from "../providers";

/** The most of a plain text that a client is shown. */
const LONGEST_TEXT = 300;

const message = new ByteBuffer();
const code = new ByteBuffer();

/**
 * Appends a provider's error response in the shape of the client's protocol. Gives `false`, and appends nothing, where it has that shape
 * already: then it is forwarded byte for byte.
 */
export function translateError(
  exchange: Exchange,
  response: JsonDocument,
  status: i32,
  isPlainText: bool,
  body: Slice,
  out: ByteBuffer,
): bool {
  message.clear();
  code.clear();
  if (response.parse(body) == JsonError.None) {
    if (isInShape(exchange, response)) return false;
    readError(exchange, response);
  } else if (!readFirstEvent(exchange, response, body) && isPlainText) {
    const text = trimmed(body);
    message.append(sliceOf(sliceStart(text), min(sliceSize(text), LONGEST_TEXT)));
  }
  if (!message.size) writeUnread(status);
  writeClientError(exchange, out, status, message.slice, ABSENT, code.size ? code.slice : ABSENT);
  return true;
}

/** Whether an error has the shape of the client's protocol. Not all providers with Messages have Anthropic's errors. */
function isInShape(exchange: Exchange, response: JsonDocument): bool {
  if (jsonKind(jsonGet(response.get("error"), "message")) != JsonKind.String) return false;
  if (exchange.client == ChatProtocol.Messages) return jsonEquals(response.get("type"), "error");
  const isOpenAi = exchange.client == ChatProtocol.Responses && exchange.upstream == ChatProtocol.OpenAi;
  return isOpenAi || !exchange.isBridged;
}

/** Appends the error for a response of which nothing but the status could be read. */
export function writeUnreadError(exchange: Exchange, status: i32, out: ByteBuffer): void {
  message.clear();
  writeUnread(status);
  writeClientError(exchange, out, status, message.slice);
}

function writeUnread(status: i32): void {
  message.text("The provider answered with status ").integer(status).text(" and no message that could be read.");
}

function readError(exchange: Exchange, response: JsonDocument): void {
  const text = providerOf(exchange).errorMessage(response);
  if (jsonKind(text) == JsonKind.String) jsonUnescape(text, message);
  else writeDetails(text);
  const reason = providerOf(exchange).errorCode(response);
  if (jsonKind(reason) == JsonKind.String) jsonUnescape(reason, code);
  else if (jsonKind(reason) == JsonKind.Number) code.append(reason);
  const plain = response.get("error");
  if (!message.size && jsonKind(plain) == JsonKind.String) jsonUnescape(plain, message);
}

/**
 * A list of what is wrong with a request, which servers built on FastAPI return with 422: each with its place and a message.
 * https://fastapi.tiangolo.com/tutorial/handling-errors/
 */
function writeDetails(list: Slice): void {
  for (let item = jsonFirst(list); item != ABSENT && message.size < LONGEST_TEXT; item = jsonNext(list, item)) {
    const text = jsonGet(item, "msg");
    if (jsonKind(text) != JsonKind.String) continue;
    if (message.size) message.text("; ");
    const place = jsonGet(item, "loc");
    for (let part = jsonFirst(place); part != ABSENT; part = jsonNext(place, part)) {
      if (jsonKind(part) == JsonKind.String) jsonUnescape(part, message);
      else message.append(part);
      message.text(jsonNext(place, part) == ABSENT ? ": " : ".");
    }
    jsonUnescape(text, message);
  }
}

/** A stream that was refused may say so in an event, whatever the content type is: DashScope does. */
function readFirstEvent(exchange: Exchange, response: JsonDocument, body: Slice): bool {
  const decoder = new SseDecoder();
  decoder.push(body);
  const isEvent =
    (decoder.next() || decoder.finish()) && decoder.hasData && response.parse(decoder.data) == JsonError.None;
  if (isEvent) readError(exchange, response);
  decoder.dispose();
  return isEvent;
}
