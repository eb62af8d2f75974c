import { parseRfc3339 } from "../../../assembly/ai/date";
import { utcTime } from "../../../assembly/ai/utc-time";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { jsonInteger } from "../../../assembly/json/number";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonGet,
  jsonIsTrue,
  jsonKind,
  JsonKind,
  jsonNext,
} from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";

/** 9999-12-31T23:59:59Z, the last second that RFC 3339 can write. */
const LAST_SECOND: i64 = 253_402_300_799;

/**
 * Appends a list of models, or one model, of OpenAI's API in the shape of Anthropic's; `false` if it is neither. A list that has this
 * shape already stays as it is. https://platform.claude.com/docs/en/api/models-list https://platform.openai.com/docs/api-reference/models
 */
export function writeModelsForMessages(response: JsonDocument, out: ByteBuffer): bool {
  const writer = new JsonWriter(out);
  const list = listOf(response);
  if (list == ABSENT) return writeForMessages(response.root, writer);
  let first = ABSENT;
  let last = ABSENT;
  writer.beginObject().key("data").beginArray();
  for (let model = jsonFirst(list); model != ABSENT; model = jsonNext(list, model)) {
    if (!writeForMessages(model, writer)) continue;
    last = jsonGet(model, "id");
    if (first == ABSENT) first = last;
  }
  writer
    .endArray()
    .key("has_more")
    .boolean(jsonIsTrue(response.get("has_more")));
  if (first == ABSENT) writer.key("first_id").nothing().key("last_id").nothing().endObject();
  else writer.key("first_id").raw(first).key("last_id").raw(last).endObject();
  return true;
}

/** Appends a list of models, or one model, of Anthropic's API in the shape of OpenAI's; `false` if it is neither. */
export function writeModelsForChats(response: JsonDocument, out: ByteBuffer): bool {
  const writer = new JsonWriter(out);
  const list = listOf(response);
  if (list == ABSENT) return writeForChats(response.root, writer);
  writer.beginObject().key("object").string("list").key("data").beginArray();
  for (let model = jsonFirst(list); model != ABSENT; model = jsonNext(list, model)) writeForChats(model, writer);
  writer.endArray().endObject();
  return true;
}

/** The models of a list; some servers send it without an object around it. */
function listOf(response: JsonDocument): Slice {
  const list = response.isObject ? response.get("data") : response.root;
  return jsonKind(list) == JsonKind.Array ? list : ABSENT;
}

function writeForMessages(model: Slice, writer: JsonWriter): bool {
  const id = jsonGet(model, "id");
  if (jsonKind(id) != JsonKind.String) return false;
  if (jsonEquals(jsonGet(model, "type"), "model")) {
    writer.raw(model);
    return true;
  }
  const name = jsonGet(model, "display_name");
  const plain = jsonGet(model, "name");
  const shown = jsonKind(name) == JsonKind.String ? name : jsonKind(plain) == JsonKind.String ? plain : id;
  const created = min<i64>(max<i64>(jsonInteger(jsonGet(model, "created")), 0), LAST_SECOND);
  writer.beginObject().key("type").string("model").key("id").raw(id).key("display_name").raw(shown);
  writer.key("created_at").string(utcTime(created)).endObject();
  return true;
}

function writeForChats(model: Slice, writer: JsonWriter): bool {
  const id = jsonGet(model, "id");
  if (jsonKind(id) != JsonKind.String) return false;
  if (jsonEquals(jsonGet(model, "object"), "model")) {
    writer.raw(model);
    return true;
  }
  const created = max<i64>(parseRfc3339(jsonContent(jsonGet(model, "created_at"))), 0) / 1000;
  writer.beginObject().key("id").raw(id).key("object").string("model").key("created").integer(created);
  writer.key("owned_by").string("anthropic").endObject();
  return true;
}
