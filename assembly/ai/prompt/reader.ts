import { ByteBuffer } from "../../bytes/buffer";
import { ABSENT, indexOfByte, Slice } from "../../bytes/slice";
import { MAX_DEPTH } from "../../json/validate";
import {
  jsonEquals,
  jsonFirst,
  jsonFirstKey,
  jsonGet,
  JsonKind,
  jsonKind,
  jsonMemberValue,
  jsonNext,
  jsonNextKey,
  jsonUnescape,
} from "../../json/value";
import { JsonWalker } from "../../json/walker";
import { NameList } from "../name-list";
import { TextField, textField } from "../text-field";
import { PromptRole, roleOfMessage, roleOfType } from "./role";
import { PromptTexts } from "./texts";

const SYSTEM = new NameList("system instructions systemInstruction system_instruction");
const USER = new NameList("prompt suffix query documents");
const MESSAGES = new NameList("messages input contents");
/** The members of messages and parts whose strings may be rewritten: the others are names, ids, calls and reasoning. */
const PROSE = new NameList("content text output");

const enum Container {
  Object,
  Array,
  /** What the model sees as JSON: the arguments of a call. */
  JsonObject,
  JsonArray,
}

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const KEPT_BYTES: i32 = 4096;

const unescaped = new ByteBuffer();
const walker = new JsonWalker();
const open = new StaticArray<Container>(MAX_DEPTH);

/**
 * Reads the texts in a member of a request's outermost object: those of chat completions, completions, embeddings, Responses, Messages,
 * Gemini and DashScope, in any depth. Media, ids and definitions of tools are left out. Takes linear time; the JSON must be valid.
 */
export function readPromptMember(key: Slice, value: Slice, texts: PromptTexts): void {
  const name = plainKey(key);
  if (MESSAGES.has(name)) readMessages(value, texts);
  else if (SYSTEM.has(name)) readMessage(value, PromptRole.System, texts);
  else if (USER.has(name)) readPrompts(value, texts);
}

/** Messages; or the text, or the list of texts, of Responses and embeddings; or DashScope's object with one of them. */
function readMessages(value: Slice, texts: PromptTexts): void {
  if (jsonKind(value) != JsonKind.Object) return readPrompts(value, texts);
  const messages = jsonGet(value, "messages");
  if (messages == ABSENT) return readMessage(value, PromptRole.User, texts);
  for (let key = jsonFirstKey(value); key != ABSENT;) {
    const member = jsonMemberValue(value, key);
    if (jsonEquals(key, "messages")) readPrompts(member, texts);
    else readMessage(member, PromptRole.User, texts);
    key = jsonNextKey(value, member);
  }
}

/** A text, or a list of texts and messages. */
function readPrompts(value: Slice, texts: PromptTexts): void {
  texts.beginConversation();
  if (jsonKind(value) != JsonKind.Array) return readMessage(value, PromptRole.User, texts);
  for (let item = jsonFirst(value); item != ABSENT; item = jsonNext(value, item)) {
    const kind = jsonKind(item);
    if (kind == JsonKind.Number || (kind == JsonKind.Array && jsonKind(jsonFirst(item)) == JsonKind.Number)) {
      texts.tokenId();
    } else readMessage(item, kind == JsonKind.Object ? roleOfMessage(item) : PromptRole.User, texts);
  }
}

function readMessage(message: Slice, role: PromptRole, texts: PromptTexts): void {
  texts.beginMessage(role);
  if (jsonKind(message) == JsonKind.Object) {
    const mayChange = role != PromptRole.Assistant || !jsonEquals(jsonGet(message, "type"), "reasoning");
    for (let key = jsonFirstKey(message); key != ABSENT;) {
      const value = jsonMemberValue(message, key);
      readField(key, value, role, mayChange, texts);
      key = jsonNextKey(message, value);
    }
  } else readContent(message, role, true, true, texts);
  texts.endMessage();
}

function readField(key: Slice, value: Slice, role: PromptRole, mayChange: bool, texts: PromptTexts): void {
  const field = textField(key);
  if (field == TextField.None) return;
  if (field == TextField.Media || field == TextField.Image) readSource(value, role, field == TextField.Image, texts);
  else if (field == TextField.Json) readDeep(value, role, true, false, false, texts);
  else readContent(value, role, mayChange, mayChange && PROSE.has(plainKey(key)), texts);
}

/** A string, or a list of parts, each of which may have a role of its own. `mayChange` is `false` for reasoning. */
function readContent(content: Slice, role: PromptRole, mayChange: bool, isProse: bool, texts: PromptTexts): void {
  if (jsonKind(content) != JsonKind.Array) return readDeep(content, role, false, mayChange, isProse, texts);
  for (let part = jsonFirst(content); part != ABSENT; part = jsonNext(content, part)) {
    const own = roleOfType(jsonGet(part, "type"));
    readDeep(part, own == PromptRole.Unknown ? role : own, false, mayChange, isProse, texts);
  }
}

/** Passes media, and the texts of a document of Messages; other media have none. https://docs.claude.com/en/api/messages */
function readSource(source: Slice, role: PromptRole, isImage: bool, texts: PromptTexts): void {
  texts.media(source, role, isImage);
  const type = jsonGet(source, "type");
  if (jsonEquals(type, "text")) readText(jsonGet(source, "data"), role, texts);
  else if (jsonEquals(type, "content")) {
    const content = jsonGet(source, "content");
    readText(content, role, texts);
    for (let part = jsonFirst(content); part != ABSENT; part = jsonNext(content, part)) {
      readText(jsonGet(part, "text"), role, texts);
    }
  }
}

function readText(token: Slice, role: PromptRole, texts: PromptTexts): void {
  if (jsonKind(token) == JsonKind.String) texts.text(token, role, true);
}

/** A key token without escapes; valid until the next call. */
export function plainKey(key: Slice): Slice {
  if (indexOfByte(key, BACKSLASH) < 0) return key;
  unescaped.release(KEPT_BYTES);
  unescaped.byte(QUOTE);
  jsonUnescape(key, unescaped);
  return unescaped.byte(QUOTE).slice;
}

/** Reads a value to its end, in one walk. */
function readDeep(
  value: Slice,
  role: PromptRole,
  isJson: bool,
  mayChange: bool,
  isProse: bool,
  texts: PromptTexts,
): void {
  if (jsonKind(value) == JsonKind.String) return texts.text(value, role, isProse);
  walker.start(value);
  let depth = 0;
  if (walker.enterObject()) open[0] = isJson ? Container.JsonObject : Container.Object;
  else if (walker.enterArray()) open[0] = isJson ? Container.JsonArray : Container.Array;
  else return;
  while (depth >= 0) {
    const container = unchecked(open[depth]);
    const isObject = container == Container.Object || container == Container.JsonObject;
    if (!(isObject ? walker.nextMember() : walker.nextElement())) {
      depth--;
      continue;
    }
    const field = container == Container.Object ? textField(walker.key) : TextField.Text;
    const insideJson = container >= Container.JsonObject || field == TextField.Json;
    if (field == TextField.None) walker.value();
    else if (field == TextField.Media || field == TextField.Image) {
      readSource(walker.value(), role, field == TextField.Image, texts);
    } else if (walker.enterObject()) open[++depth] = insideJson ? Container.JsonObject : Container.Object;
    else if (walker.enterArray()) open[++depth] = insideJson ? Container.JsonArray : Container.Array;
    else {
      const isText = mayChange && !insideJson && (isObject ? PROSE.has(plainKey(walker.key)) : isProse);
      const token = walker.value();
      if (jsonKind(token) == JsonKind.String) texts.text(token, role, isText);
    }
  }
}
