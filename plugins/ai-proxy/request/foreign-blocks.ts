import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, indexOfByte, indexOfText, Slice, sliceSize } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonFirstKey,
  jsonGet,
  jsonMemberValue,
  jsonNext,
  jsonNextKey,
} from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";
import { Exchange } from "../exchange";

const KEPT_BYTES = 64 * 1024;
const COLON = 0x3a;
/** What stands in a request with reasoning or sources that the gateway has passed on from other providers. */
const SIGNS = ["-v1:", '"signature":""', '"signature": ""', '"encrypted_index":""', '"encrypted_index": ""'];

const kept = new ByteBuffer();
const writer = new JsonWriter(kept);
/** Whether reasoning, and whether citations were removed. */
let hadReasoning = false;
let hadCitations = false;

/**
 * Removes reasoning and citations from messages of the assistant that are not Anthropic's own, which refuses them: such as those of another
 * provider that has served the conversation before. A message of nothing else stays. Returns whether anything was removed.
 * https://platform.claude.com/docs/en/build-with-claude/extended-thinking#preserving-thinking-blocks
 */
export function dropForeignBlocks(exchange: Exchange, request: JsonDocument, edit: JsonEdit): bool {
  let mayHave = false;
  for (let i = 0; i < SIGNS.length && !mayHave; i++) mayHave = indexOfText(request.text, SIGNS[i]) >= 0;
  if (!mayHave) return false;
  hadReasoning = false;
  hadCitations = false;
  const messages = request.get("messages");
  for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
    if (jsonEquals(jsonGet(message, "role"), "assistant")) dropFrom(jsonGet(message, "content"), edit);
  }
  if (hadReasoning) exchange.noteDropped("messages.thinking");
  if (hadCitations) exchange.noteDropped("messages.citations");
  return hadReasoning || hadCitations;
}

function dropFrom(content: Slice, edit: JsonEdit): void {
  let hasReasoning = false;
  let hasCitations = false;
  let others = 0;
  kept.release(KEPT_BYTES);
  writer.reset().beginArray();
  for (let block = jsonFirst(content); block != ABSENT; block = jsonNext(content, block)) {
    if (isForeign(block)) {
      hasReasoning = true;
      continue;
    }
    others++;
    if (citesForeign(block)) {
      hasCitations = true;
      writeUncited(block);
    } else writer.raw(block);
  }
  if (!others || !(hasReasoning || hasCitations)) return;
  writer.endArray();
  edit.replace(content, kept.slice);
  if (hasReasoning) hadReasoning = true;
  if (hasCitations) hadCitations = true;
}

/** Anthropic's signatures are Base64; those of others stand behind the name of their format. */
function isForeign(block: Slice): bool {
  if (!jsonEquals(jsonGet(block, "type"), "thinking")) return false;
  const signature = jsonContent(jsonGet(block, "signature"));
  return !sliceSize(signature) || indexOfByte(signature, COLON) >= 0;
}

/** Anthropic knows its search results by an index; the gateway writes an empty one. */
function citesForeign(block: Slice): bool {
  const list = jsonGet(block, "citations");
  for (let item = jsonFirst(list); item != ABSENT; item = jsonNext(list, item)) {
    if (jsonEquals(jsonGet(item, "encrypted_index"), "")) return true;
  }
  return false;
}

function writeUncited(block: Slice): void {
  writer.beginObject();
  for (let key = jsonFirstKey(block); key != ABSENT;) {
    const value = jsonMemberValue(block, key);
    if (!jsonEquals(key, "citations")) writer.rawKey(key).raw(value);
    key = jsonNextKey(block, value);
  }
  writer.endObject();
}
