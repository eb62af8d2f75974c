import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { ABSENT } from "../../../../assembly/bytes/slice";
import { JsonDocument } from "../../../../assembly/json/document";
import { jsonFirst, jsonGet, jsonInteger, jsonKind, JsonKind, jsonNext } from "../../../../assembly/json/value";
import { JsonWriter } from "../../../../assembly/json/writer";
import { EmbeddingListWriter, readEmbeddings } from "../../embedding-list";
import { Exchange } from "../../exchange";
import { qwenState } from "./state";
import { present, checkType, Type } from "./type";

/** DashScope's own fields, which have no counterpart in OpenAI's API. */
const OWN_NAMES: StaticArray<string> = ["text_type", "instruct"];

/**
 * Translates a request for embeddings; `false` when `exchange.refuse` said why not.
 * https://www.alibabacloud.com/help/en/model-studio/text-embedding-synchronous-api
 */
export function translateEmbeddings(exchange: Exchange, request: JsonDocument, out: ByteBuffer): bool {
  if (!readEmbeddings(exchange, request, qwenState(exchange))) return false;
  const writer = new JsonWriter(out);
  writer.beginObject().key("model").text(exchange.model.slice).key("input").beginObject().key("texts");
  const input = request.get("input");
  if (jsonKind(input) == JsonKind.String) writer.beginArray().raw(input).endArray();
  else writer.raw(input);
  writer.endObject().key("parameters").beginObject();
  const dimensions = present(request, "dimensions");
  if (dimensions != ABSENT) {
    if (!checkType(exchange, "dimensions", Type.Integer, dimensions)) return false;
    writer.key("dimension").raw(dimensions);
  }
  for (let i = 0; i < OWN_NAMES.length; i++) {
    const value = present(request, OWN_NAMES[i]);
    if (value == ABSENT) continue;
    if (!checkType(exchange, OWN_NAMES[i], Type.Text, value)) return false;
    writer.key(OWN_NAMES[i]).raw(value);
  }
  writer.endObject().endObject();
  return true;
}

/** Translates DashScope's embeddings into OpenAI's; `false` if there are none. */
export function translateEmbeddingList(exchange: Exchange, response: JsonDocument, out: ByteBuffer): bool {
  const embeddings = jsonGet(response.get("output"), "embeddings");
  if (jsonKind(embeddings) != JsonKind.Array) return false;
  exchange.usage.read(response.get("usage"));
  const list = new EmbeddingListWriter(exchange, qwenState(exchange), out);
  let position: i64 = 0;
  for (let item = jsonFirst(embeddings); item != ABSENT; item = jsonNext(embeddings, item)) {
    if (!list.add(jsonInteger(jsonGet(item, "text_index"), position++), jsonGet(item, "embedding"))) return false;
  }
  list.end();
  return true;
}
