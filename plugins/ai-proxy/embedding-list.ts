import { encodeBase64 } from "../../assembly/bytes/base64";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, ABSENT } from "../../assembly/bytes/slice";
import { JsonDocument } from "../../assembly/json/document";
import { jsonEquals, jsonFirst, jsonKind, JsonKind, jsonNext, jsonNumber } from "../../assembly/json/value";
import { JsonWriter } from "../../assembly/json/writer";
import { Exchange } from "./exchange";
import { ProviderState } from "./provider-state";

/** One embedding as little-endian 32-bit floats, and in Base64. */
const floats = new ByteBuffer();
const encoded = new ByteBuffer();

/** What the response to a translated request for embeddings depends on. */
export class EmbeddingState extends ProviderState {
  /** Whether the client wants embeddings in Base64. */
  wantsBase64: bool = false;
}

/**
 * Reads `encoding_format` and checks `input`, a text or a list of texts, of a request for embeddings; `false` when
 * `exchange.refuse` said why not. https://platform.openai.com/docs/api-reference/embeddings/create
 */
export function readEmbeddings(exchange: Exchange, request: JsonDocument, state: EmbeddingState): bool {
  const format = request.get("encoding_format");
  state.wantsBase64 = jsonEquals(format, "base64");
  if (!state.wantsBase64 && jsonKind(format) > JsonKind.Absent && jsonKind(format) != JsonKind.Null) {
    if (!jsonEquals(format, "float")) {
      return exchange.refuse("'encoding_format' must be float or base64.", "encoding_format", "invalid_value");
    }
  }
  const input = request.get("input");
  if (jsonKind(input) == JsonKind.String) return true;
  if (jsonKind(input) != JsonKind.Array || jsonFirst(input) == ABSENT) {
    return exchange.refuse("'input' must be a string or a list of strings.", "input", "invalid_type");
  }
  for (let text = jsonFirst(input); text != ABSENT; text = jsonNext(input, text)) {
    if (jsonKind(text) == JsonKind.String) continue;
    const message = "This provider embeds strings only: tokens are those of another model.";
    return exchange.refuse(message, "input", "unsupported_value");
  }
  return true;
}

/** Writes OpenAI's list of embeddings. https://platform.openai.com/docs/api-reference/embeddings/object */
export class EmbeddingListWriter {
  private readonly writer: JsonWriter;

  /** Begins the list for the client of the request. */
  constructor(
    private readonly exchange: Exchange,
    private readonly state: EmbeddingState,
    out: ByteBuffer,
  ) {
    this.writer = new JsonWriter(out);
    this.writer.beginObject().key("object").string("list").key("data").beginArray();
  }

  /** Adds an embedding, a list of numbers as JSON, of the text of a number; `false` if it is no list. */
  add(index: i64, numbers: Slice): bool {
    if (jsonKind(numbers) != JsonKind.Array) return false;
    const writer = this.writer;
    writer.beginObject().key("object").string("embedding").key("index").integer(index).key("embedding");
    if (this.state.wantsBase64) writeBase64(numbers, writer);
    else writer.raw(numbers);
    writer.endObject();
    return true;
  }

  /** Ends the list with the model and the usage. */
  end(): void {
    const usage = this.exchange.usage;
    this.writer.endArray().key("model").text(this.exchange.model.slice);
    this.writer.key("usage").beginObject().key("prompt_tokens").integer(usage.prompt);
    this.writer.key("total_tokens").integer(usage.total).endObject().endObject();
    floats.release(4096);
    encoded.release(4096);
  }
}

function writeBase64(numbers: Slice, writer: JsonWriter): void {
  floats.clear();
  for (let number = jsonFirst(numbers); number != ABSENT; number = jsonNext(numbers, number)) {
    floats.u32(reinterpret<u32>(<f32>jsonNumber(number)));
  }
  encoded.clear();
  encoded.byte(0x22);
  encodeBase64(floats.slice, encoded);
  writer.raw(encoded.byte(0x22).slice);
}
