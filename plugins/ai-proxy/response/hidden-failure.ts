import { writeError } from "../../../assembly/ai/error";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceEquals } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { jsonContent, jsonGet, JsonKind, jsonKind, jsonUnescape } from "../../../assembly/json/value";
import { writeClientError } from "../client-error";
import { Exchange } from "../exchange";
import { FAILURE_MEMBERS } from "../config/built-features";

/** The status for a request that failed with status 200: it says nothing about the reason. */
export const FAILED = 500;

const MESSAGES = ["message", "status_msg"];

const message = new ByteBuffer();
const code = new ByteBuffer();
const built = new ByteBuffer();

/**
 * Appends the error for a response of status 200 that says that the request failed, in OpenAI's shape or, with `isForClient`,
 * in that of the client's protocol; `false` if it does not.
 */
export function writeFailure(exchange: Exchange, response: JsonDocument, isForClient: bool, out: ByteBuffer): bool {
  if (!FAILURE_MEMBERS) return false;
  const path = exchange.config.settings.failureMember;
  if (!path.length) return false;
  const dot = path.indexOf(".");
  const holder = dot < 0 ? response.root : response.get(path.substring(0, dot));
  const value = jsonGet(holder, dot < 0 ? path : path.substring(dot + 1));
  const kind = jsonKind(value);
  const plain = kind == JsonKind.String ? jsonContent(value) : value;
  if ((kind != JsonKind.Number && kind != JsonKind.String) || sliceEquals(plain, "0")) return false;
  message.clear();
  code.clear();
  for (let i = 0; i < MESSAGES.length && !message.size; i++) read(jsonGet(holder, MESSAGES[i]), message);
  if (!message.size) message.text("The provider refused the request.");
  if (kind == JsonKind.String) jsonUnescape(value, code);
  else code.append(value);
  if (isForClient) writeClientError(exchange, out, FAILED, message.slice, ABSENT, code.slice);
  else writeError(out, FAILED, message.slice, ABSENT, code.slice);
  return true;
}

/** Adds the error to an event of a stream that says that the request failed. */
export function addFailure(exchange: Exchange, event: JsonDocument, edit: JsonEdit): void {
  built.clear();
  if (!writeFailure(exchange, event, false, built)) return;
  failure.parse(built.slice);
  edit.set("error", failure.get("error"));
}

const failure = new JsonDocument();

function read(value: Slice, out: ByteBuffer): void {
  if (jsonKind(value) == JsonKind.String) jsonUnescape(value, out);
}
