import { Slice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonAt, jsonGet } from "../../../assembly/json/value";
import { ServiceCall } from "../../../assembly/service/call";
import { Embedder } from "./embedder";

/** Cohere. https://docs.cohere.com/reference/embed https://docs.cohere.com/docs/deprecations */
export class CohereEmbedder extends Embedder {
  static read(reader: ConfigReader): Embedder {
    const embedder = new CohereEmbedder("cohere");
    embedder.readCommon("api.cohere.com", "embed-v4.0", reader);
    embedder.readApiKey(reader, true);
    if (embedder.model.endsWith("-v2.0")) reader.fail("model", "is gone since April 2026: write embed-v4.0");
    return embedder;
  }

  override writeCall(text: Slice, call: ServiceCall): void {
    const json = call.post("/v2/embed").key("model").string(this.model).key("texts").beginArray().text(text).endArray();
    json.key("input_type").string("search_document").key("embedding_types").beginArray().string("float").endArray();
    // Otherwise the end of a text that is too long is cut off.
    json.key("truncate").string("NONE").endObject();
    call.headers.setText("authorization", `Bearer ${this.apiKey}`);
  }

  protected override vectorIn(root: Slice): Slice {
    return jsonAt(jsonGet(jsonGet(root, "embeddings"), "float"), 0);
  }
}
