import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, indexOfText, Slice, sliceOfBuffer, slicesEqual } from "../../assembly/bytes/slice";
import { JsonDocument } from "../../assembly/json/document";
import { JsonEdit } from "../../assembly/json/edit";
import { jsonEquals, jsonFirst, jsonGet, jsonKind, JsonKind, jsonNext, jsonUnescape } from "../../assembly/json/value";
import { JsonWriter } from "../../assembly/json/writer";
import { mergesWith, writeMerged } from "./merged-messages";

/** The most messages that become one, so that a request of very many costs no more than its length. */
const MOST_MERGED = 256;
const SYSTEM = '"system"';

const out = new ByteBuffer();
const writer = new JsonWriter(out);
const said = new ByteBuffer();
const literal = new ByteBuffer();

/** What is to be changed in the messages of a chat. */
export class MessageEdits {
  /** Texts with which a user starts anew, UTF-8. */
  commands: ArrayBuffer[] = [];
  /** Whether messages of one role that follow each other become one. */
  merges: bool = false;
  /** A text for a system message behind the leading ones, UTF-8; ABSENT for none. */
  context: Slice = ABSENT;

  /** Whether there is anything to be changed. */
  get any(): bool {
    return this.merges || this.commands.length > 0 || this.context != ABSENT;
  }
}

/** Changes the messages of a request. Each that stays is copied byte for byte. */
export function editMessages(edits: MessageEdits, request: JsonDocument, edit: JsonEdit): void {
  const messages = request.get("messages");
  const cleared = edits.commands.length ? lastCommand(edits.commands, messages) : -1;
  if (cleared < 0 && edits.context == ABSENT && !(edits.merges && hasNeighbours(messages))) return;
  out.release(64 * 1024);
  writer.reset().beginArray();
  let owesContext = edits.context != ABSENT;
  let position = 0;
  for (let message = jsonFirst(messages); message != ABSENT; position++) {
    const first = message;
    message = jsonNext(messages, message);
    const isInstruction = isSystem(first);
    if (position <= cleared && !isInstruction) continue;
    // A request that comes by a second time, after a redirect, holds it already.
    if (owesContext && isInstruction && says(first, edits.context)) owesContext = false;
    if (owesContext && !isInstruction) {
      writeContext(edits.context);
      owesContext = false;
    }
    let last = first;
    let room = edits.merges && position > cleared ? MOST_MERGED : 0;
    while (room-- > 0 && message != ABSENT && mergesWith(messages, first, message)) {
      last = message;
      message = jsonNext(messages, message);
      position++;
    }
    if (last == first) writer.raw(first);
    else writeMerged(messages, first, last, writer);
  }
  if (owesContext) writeContext(edits.context);
  writer.endArray();
  edit.set("messages", out.slice);
}

/** Gives messages of the role `developer` the one that every provider knows. */
export function renameDeveloper(request: JsonDocument, edit: JsonEdit): bool {
  // Nearly no request has one: a look at its bytes is far cheaper than one at each message.
  if (indexOfText(request.text, "developer") < 0) return false;
  let found = false;
  const messages = request.get("messages");
  for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
    const role = jsonGet(message, "role");
    if (!jsonEquals(role, "developer")) continue;
    literal.clear();
    edit.replace(role, literal.text(SYSTEM).slice);
    found = true;
  }
  return found;
}

function isSystem(message: Slice): bool {
  const role = jsonGet(message, "role");
  return jsonEquals(role, "system") || jsonEquals(role, "developer");
}

function writeContext(text: Slice): void {
  writer.beginObject().key("role").string("system").key("content").text(text).endObject();
}

/** The position of the last message in which a user starts anew; -1 if there is none. */
function lastCommand(commands: ArrayBuffer[], messages: Slice): i32 {
  let found = -1;
  let position = 0;
  for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
    if (jsonEquals(jsonGet(message, "role"), "user") && isCommand(commands, jsonGet(message, "content")))
      found = position;
    position++;
  }
  return found;
}

/** A text, or a list of a single text, that is a command. */
function isCommand(commands: ArrayBuffer[], content: Slice): bool {
  let text = content;
  if (jsonKind(content) == JsonKind.Array) {
    const part = jsonFirst(content);
    text = jsonNext(content, part) == ABSENT ? jsonGet(part, "text") : ABSENT;
  }
  if (jsonKind(text) != JsonKind.String) return false;
  said.release(4096);
  jsonUnescape(text, said);
  for (let i = 0; i < commands.length; i++) {
    if (slicesEqual(said.slice, sliceOfBuffer(unchecked(commands[i])))) return true;
  }
  return false;
}

function says(message: Slice, text: Slice): bool {
  const content = jsonGet(message, "content");
  if (jsonKind(content) != JsonKind.String) return false;
  said.release(4096);
  jsonUnescape(content, said);
  return slicesEqual(said.slice, text);
}

function hasNeighbours(messages: Slice): bool {
  let before = jsonFirst(messages);
  while (before != ABSENT) {
    const message = jsonNext(messages, before);
    if (message != ABSENT && mergesWith(messages, before, message)) return true;
    before = message;
  }
  return false;
}
