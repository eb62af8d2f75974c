import { encodeBase64 } from "../../../../assembly/bytes/base64";
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../../assembly/bytes/slice";
import { JsonDocument } from "../../../../assembly/json/document";
import {
  jsonEquals,
  jsonFirst,
  jsonGet,
  jsonInteger,
  jsonKind,
  JsonKind,
  jsonNext,
  jsonNumber,
} from "../../../../assembly/json/value";
import { JsonWriter } from "../../../../assembly/json/writer";
import { Exchange } from "../../exchange";
import { qwenState } from "./state";
import { present, checkType, Type } from "./type";

/** One embedding as little-endian 32-bit floats, and in Base64. */
const floats = new ByteBuffer();
const encoded = new ByteBuffer();

/** DashScope's own fields, which have no counterpart in OpenAI's API. */
const OWN_NAMES: StaticArray<string> = ["text_type", "instruct"];

/**
 * Translates a request for embeddings; `false` when `exchange.refuse` said why not.
 * https://www.alibabacloud.com/help/en/model-studio/text-embedding-synchronous-api
 */
export function translateEmbeddings(exchange: Exchange, request: JsonDocument, out: ByteBuffer): bool {
  if (!readFormat(exchange, present(request, "encoding_format"))) return false;
  const writer = new JsonWriter(out);
  writer.beginObject().key("model").text(exchange.model.slice).key("input").beginObject().key("texts");
  if (!writeTexts(exchange, request.get("input"), writer)) return false;
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
  const usage = exchange.usage;
  usage.read(response.get("usage"));
  const writer = new JsonWriter(out);
  writer.beginObject().key("object").string("list").key("data").beginArray();
  const wantsBase64 = qwenState(exchange).wantsBase64;
  let position: i64 = 0;
  for (let item = jsonFirst(embeddings); item != ABSENT; item = jsonNext(embeddings, item)) {
    const embedding = jsonGet(item, "embedding");
    if (jsonKind(embedding) != JsonKind.Array) return false;
    writer.beginObject().key("object").string("embedding");
    writer
      .key("index")
      .integer(jsonInteger(jsonGet(item, "text_index"), position++))
      .key("embedding");
    if (wantsBase64) writeBase64(embedding, writer);
    else writer.raw(embedding);
    writer.endObject();
  }
  writer.endArray().key("model").text(exchange.model.slice);
  writer.key("usage").beginObject().key("prompt_tokens").integer(usage.prompt);
  writer.key("total_tokens").integer(usage.total).endObject().endObject();
  floats.release(4096);
  encoded.release(4096);
  return true;
}

function readFormat(exchange: Exchange, format: Slice): bool {
  if (format == ABSENT || jsonEquals(format, "float")) return true;
  if (!jsonEquals(format, "base64"))
    return exchange.refuse("'encoding_format' must be float or base64.", "encoding_format", "invalid_value");
  qwenState(exchange).wantsBase64 = true;
  return true;
}

function writeTexts(exchange: Exchange, input: Slice, writer: JsonWriter): bool {
  if (jsonKind(input) == JsonKind.String) {
    writer.beginArray().raw(input).endArray();
    return true;
  }
  if (jsonKind(input) != JsonKind.Array || jsonFirst(input) == ABSENT) {
    return exchange.refuse("'input' must be a string or a list of strings.", "input", "invalid_type");
  }
  for (let text = jsonFirst(input); text != ABSENT; text = jsonNext(input, text)) {
    if (jsonKind(text) == JsonKind.String) continue;
    const message = "This provider embeds strings only: tokens are those of another model.";
    return exchange.refuse(message, "input", "unsupported_value");
  }
  writer.raw(input);
  return true;
}

function writeBase64(embedding: Slice, writer: JsonWriter): void {
  floats.clear();
  for (let number = jsonFirst(embedding); number != ABSENT; number = jsonNext(embedding, number)) {
    floats.u32(reinterpret<u32>(<f32>jsonNumber(number)));
  }
  encoded.clear();
  encoded.byte(0x22);
  encodeBase64(floats.slice, encoded);
  writer.raw(encoded.byte(0x22).slice);
}
