import { plainModel } from "../../../../assembly/ai/protocols/gemini/model";
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { ABSENT } from "../../../../assembly/bytes/slice";
import { JsonDocument } from "../../../../assembly/json/document";
import { jsonFirst, jsonGet, jsonIsInteger, jsonKind, JsonKind, jsonNext } from "../../../../assembly/json/value";
import { JsonWriter } from "../../../../assembly/json/writer";
import { EmbeddingListWriter, EmbeddingState, readEmbeddings } from "../../embedding-list";
import { Exchange } from "../../exchange";

const name = new ByteBuffer();

/**
 * Translates a request for embeddings; `false` when `exchange.refuse` said why not.
 * https://ai.google.dev/api/embeddings#method:-models.batchembedcontents
 */
export function translateEmbeddings(exchange: Exchange, request: JsonDocument, out: ByteBuffer): bool {
  const state = new EmbeddingState();
  exchange.state = state;
  if (!readEmbeddings(exchange, request, state)) return false;
  const dimensions = request.get("dimensions");
  const hasDimensions = dimensions != ABSENT && jsonKind(dimensions) != JsonKind.Null;
  if (hasDimensions && !jsonIsInteger(dimensions)) {
    return exchange.refuse("'dimensions' must be an integer.", "dimensions", "invalid_type");
  }
  name.clear();
  name.text("models/").append(plainModel(exchange.model.slice));
  const writer = new JsonWriter(out);
  writer.beginObject().key("requests").beginArray();
  const input = request.get("input");
  const isList = jsonKind(input) == JsonKind.Array;
  for (let text = isList ? jsonFirst(input) : input; text != ABSENT; text = isList ? jsonNext(input, text) : ABSENT) {
    writer.beginObject().key("model").text(name.slice).key("content").beginObject();
    writer.key("parts").beginArray().beginObject().key("text").raw(text).endObject().endArray().endObject();
    if (hasDimensions) writer.key("outputDimensionality").raw(dimensions);
    writer.endObject();
  }
  writer.endArray().endObject();
  return true;
}

/** Translates Gemini's embeddings into OpenAI's; `false` if there are none. */
export function translateEmbeddingList(exchange: Exchange, response: JsonDocument, out: ByteBuffer): bool {
  const embeddings = response.get("embeddings");
  if (jsonKind(embeddings) != JsonKind.Array) return false;
  exchange.usage.read(response.get("usageMetadata"));
  const list = new EmbeddingListWriter(exchange, exchange.state as EmbeddingState, out);
  let position: i64 = 0;
  for (let item = jsonFirst(embeddings); item != ABSENT; item = jsonNext(embeddings, item)) {
    if (!list.add(position++, jsonGet(item, "values"))) return false;
  }
  list.end();
  return true;
}
