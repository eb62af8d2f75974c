import { ChatProtocol } from "../../../assembly/ai/chat-protocol";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { jsonInteger, jsonKind, JsonKind } from "../../../assembly/json/value";
import { Exchange } from "../exchange";
import { clientName, editedProtocol, nameIn } from "./client-name";

const MAX_TOKENS = "max_tokens";
const MAX_COMPLETION_TOKENS = "max_completion_tokens";
const EQUALS = 0x3d;
const GREATER = 0x3e;

const literal = new ByteBuffer();

/** Lowers the limit of the response to the most tokens of the model; returns whether it did. */
export function lowerLimit(exchange: Exchange, most: i64, request: JsonDocument, edit: JsonEdit): bool {
  const protocol = editedProtocol(exchange);
  const isLowered = lower(exchange, nameIn(protocol, MAX_COMPLETION_TOKENS), most, request, edit);
  if (protocol != ChatProtocol.OpenAi) return isLowered;
  return lower(exchange, MAX_TOKENS, most, request, edit) || isLowered;
}

function lower(exchange: Exchange, name: string, most: i64, request: JsonDocument, edit: JsonEdit): bool {
  const value = request.get(name);
  if (!isAbove(value, most)) return false;
  literal.clear();
  edit.replace(value, literal.integer(most).slice);
  exchange.noteChanged(clientName(exchange, name), EQUALS, literal.slice);
  return true;
}

/** Whether the value is a number above the limit; a limit of 0 is none. */
function isAbove(value: Slice, most: i64): bool {
  return most > 0 && jsonKind(value) == JsonKind.Number && jsonInteger(value, 0) > most;
}

/**
 * Renames the limit of a chat to the one name that is known; value and position stay. `most` is what `lowerLimit` was given.
 * Returns whether anything changed.
 */
export function renameLimit(field: string, most: i64, request: JsonDocument, edit: JsonEdit): bool {
  const other = field == MAX_TOKENS ? MAX_COMPLETION_TOKENS : MAX_TOKENS;
  const index = request.indexOf(other);
  if (index < 0) return false;
  const value = request.valueAt(index);
  const known = request.get(field);
  const isNull = jsonKind(known) == JsonKind.Null;
  literal.clear();
  if (known != ABSENT && (!isNull || jsonKind(value) == JsonKind.Null)) edit.remove(other);
  else if (isNull) {
    // `null` is no limit: the value of the other name takes its place.
    edit.remove(other);
    edit.replace(known, isAbove(value, most) ? literal.integer(most).slice : value);
  } else edit.replace(request.keyAt(index), literal.byte(0x22).text(field).byte(0x22).slice);
  return true;
}

/** Notes that the limit got the name that the model knows, unless the gateway wrote it. */
export function noteRenamedLimit(exchange: Exchange, field: string): void {
  if (exchange.isBridged) return;
  literal.clear();
  literal.text(field);
  exchange.noteChanged(field == MAX_TOKENS ? MAX_COMPLETION_TOKENS : MAX_TOKENS, GREATER, literal.slice);
}
