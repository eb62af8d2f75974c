import { Slice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonAt, jsonGet } from "../../../assembly/json/value";
import { ServiceCall } from "../../../assembly/service/call";
import { Embedder } from "./embedder";

/** Ollama. https://docs.ollama.com/api/embed */
export class OllamaEmbedder extends Embedder {
  static read(reader: ConfigReader): Embedder {
    const embedder = new OllamaEmbedder("ollama");
    embedder.readCommon("", "llama3.2", reader);
    return embedder;
  }

  override writeCall(text: Slice, call: ServiceCall): void {
    const json = call.post("/api/embed").key("model").string(this.model).key("input").text(text);
    // Otherwise a text that is too long is cut.
    json.key("truncate").boolean(false).endObject();
  }

  protected override vectorIn(root: Slice): Slice {
    return jsonAt(jsonGet(root, "embeddings"), 0);
  }
}
