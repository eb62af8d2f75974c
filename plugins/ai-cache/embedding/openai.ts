import { Slice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonAt, jsonGet } from "../../../assembly/json/value";
import { ServiceCall } from "../../../assembly/service/call";
import { Embedder } from "./embedder";

/** OpenAI, and every server with its API. https://developers.openai.com/api/reference/resources/embeddings */
export class OpenAiEmbedder extends Embedder {
  static read(reader: ConfigReader): Embedder {
    const embedder = new OpenAiEmbedder("openai");
    embedder.readCommon("api.openai.com", "text-embedding-3-small", reader);
    embedder.readApiKey(reader, true);
    return embedder;
  }

  override writeCall(text: Slice, call: ServiceCall): void {
    call.post("/v1/embeddings").key("input").text(text).key("model").string(this.model).endObject();
    call.headers.setText("authorization", `Bearer ${this.apiKey}`);
  }

  protected override vectorIn(root: Slice): Slice {
    return jsonGet(jsonAt(jsonGet(root, "data"), 0), "embedding");
  }
}
