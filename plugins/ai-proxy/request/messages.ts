import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, indexOfText, Slice, slicesEqual } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import {
  jsonEquals,
  jsonFirst,
  jsonGet,
  jsonKind,
  JsonKind,
  jsonNext,
  jsonUnescape,
} from "../../../assembly/json/value";
import { JsonWalker } from "../../../assembly/json/walker";
import { JsonWriter } from "../../../assembly/json/writer";
import { MessageEdits } from "../config/message-edits";
import { MergedMessages } from "./merged-messages";

const SYSTEM = '"system"';
const USER = '"user"';

const out = new ByteBuffer();
const writer = new JsonWriter(out);
const said = new ByteBuffer();
const literal = new ByteBuffer();
const merged = new MergedMessages();
const walker = new JsonWalker();

/**
 * Edits the messages of a request. `context` is the text of a system message that is added behind the leading ones, UTF-8,
 * or `ABSENT`. All other messages are copied byte for byte.
 */
export function editMessages(edits: MessageEdits, context: Slice, request: JsonDocument, edit: JsonEdit): void {
  const messages = request.get("messages");
  const cleared = edits.hasCommands ? lastCommand(edits, messages) : -1;
  if (cleared < 0 && context == ABSENT && !(edits.merges && hasNeighbours(messages))) return;
  out.release(64 * 1024);
  writer.reset().beginArray();
  let owesContext = context != ABSENT;
  let position = 0;
  for (let message = jsonFirst(messages); message != ABSENT; position++) {
    const first = message;
    message = jsonNext(messages, message);
    const isInstruction = isSystem(first);
    if (position <= cleared && !isInstruction) continue;
    // After a redirect the request has it already.
    if (owesContext && isInstruction && says(first, context)) owesContext = false;
    if (owesContext && !isInstruction) {
      writeContext(context);
      owesContext = false;
    }
    let last = first;
    if (edits.merges && position > cleared && merged.begin(first)) {
      while (message != ABSENT && merged.add(message)) {
        last = message;
        message = jsonNext(messages, message);
        position++;
      }
    }
    if (last == first) writer.raw(first);
    else merged.write(messages, first, last, writer);
  }
  if (owesContext) writeContext(context);
  writer.endArray();
  edit.set("messages", out.slice);
}

/** Changes the role `developer` to `system`, which every provider knows. */
export function renameDeveloper(request: JsonDocument, edit: JsonEdit): bool {
  return renameRole("developer", SYSTEM, request, edit);
}

/**
 * Changes the role of messages of the system within a conversation of Anthropic's Messages to `user`: Claude Code sends such messages
 * to every model, and servers other than Anthropic's refuse them. https://github.com/QwenLM/Qwen/issues/2244
 * https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages
 */
export function renameSystem(request: JsonDocument, edit: JsonEdit): bool {
  return renameRole("system", USER, request, edit);
}

/** `to` is the new role as JSON. */
function renameRole(from: string, to: string, request: JsonDocument, edit: JsonEdit): bool {
  // Few requests have one: searching the bytes is far cheaper than reading each message.
  if (indexOfText(request.text, from) < 0) return false;
  let found = false;
  walker.start(request.get("messages"));
  if (!walker.enterArray()) return false;
  while (walker.nextElement()) {
    if (!walker.enterObject()) {
      walker.value();
      continue;
    }
    while (walker.nextMember()) {
      const isRole = walker.keyIs("role");
      const value = walker.value();
      if (!isRole || !jsonEquals(value, from)) continue;
      literal.clear();
      edit.replace(value, literal.text(to).slice);
      found = true;
    }
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

/** The position of the last message that clears the conversation; -1 if there is none. */
function lastCommand(edits: MessageEdits, messages: Slice): i32 {
  let found = -1;
  let position = 0;
  for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
    if (jsonEquals(jsonGet(message, "role"), "user") && edits.isCommand(onlyText(jsonGet(message, "content"))))
      found = position;
    position++;
  }
  return found;
}

/** A content that is a text, or a list of a single text. */
function onlyText(content: Slice): Slice {
  if (jsonKind(content) != JsonKind.Array) return content;
  const part = jsonFirst(content);
  return jsonNext(content, part) == ABSENT ? jsonGet(part, "text") : ABSENT;
}

function says(message: Slice, text: Slice): bool {
  const content = jsonGet(message, "content");
  if (jsonKind(content) != JsonKind.String) return false;
  said.release(4096);
  jsonUnescape(content, said);
  return slicesEqual(said.slice, text);
}

function hasNeighbours(messages: Slice): bool {
  let isOpen = false;
  for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
    if (isOpen && merged.add(message)) return true;
    isOpen = merged.begin(message);
  }
  return false;
}
