import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, indexOfByte, indexOfText, Slice, sliceSize } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { jsonContent, jsonEquals, jsonFirst, jsonGet, jsonNext } from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";

const KEPT_BYTES = 64 * 1024;
const COLON = 0x3a;
/** What stands in a request with reasoning that the gateway has passed on from other providers. */
const SIGNS = ["-v1:", '"signature":""', '"signature": ""'];

const kept = new ByteBuffer();
const writer = new JsonWriter(kept);

/**
 * Removes reasoning from messages of the assistant that Anthropic has not signed, and refuses: such as that of another provider that has served
 * the conversation before. A message of nothing else stays. Returns whether anything was removed.
 * https://platform.claude.com/docs/en/build-with-claude/extended-thinking#preserving-thinking-blocks
 */
export function dropForeignReasoning(request: JsonDocument, edit: JsonEdit): bool {
  let mayHave = false;
  for (let i = 0; i < SIGNS.length && !mayHave; i++) mayHave = indexOfText(request.text, SIGNS[i]) >= 0;
  if (!mayHave) return false;
  let found = false;
  const messages = request.get("messages");
  for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
    if (!jsonEquals(jsonGet(message, "role"), "assistant")) continue;
    if (dropFrom(jsonGet(message, "content"), edit)) found = true;
  }
  return found;
}

function dropFrom(content: Slice, edit: JsonEdit): bool {
  let dropped = 0;
  let others = 0;
  kept.release(KEPT_BYTES);
  writer.reset().beginArray();
  for (let block = jsonFirst(content); block != ABSENT; block = jsonNext(content, block)) {
    if (isForeign(block)) dropped++;
    else {
      writer.raw(block);
      others++;
    }
  }
  if (!dropped || !others) return false;
  writer.endArray();
  edit.replace(content, kept.slice);
  return true;
}

/** Anthropic's signatures are Base64; those of others stand behind the name of their format. */
function isForeign(block: Slice): bool {
  if (!jsonEquals(jsonGet(block, "type"), "thinking")) return false;
  const signature = jsonContent(jsonGet(block, "signature"));
  return !sliceSize(signature) || indexOfByte(signature, COLON) >= 0;
}
