import { Slice } from "../../../assembly/bytes/slice";
import { isVisible } from "../../../assembly/config/printable";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonAt, JsonKind, jsonKind } from "../../../assembly/json/value";
import { ServiceCall } from "../../../assembly/service/call";
import { Embedder } from "./embedder";

/** Most of its models take 512 tokens. */
const MOST_BYTES: i32 = 2048;

/** Hugging Face's own inference. https://huggingface.co/docs/inference-providers/tasks/feature-extraction */
export class HuggingFaceEmbedder extends Embedder {
  static read(reader: ConfigReader): Embedder {
    const embedder = new HuggingFaceEmbedder("huggingface");
    embedder.readCommon("router.huggingface.co", "sentence-transformers/all-MiniLM-L6-v2", reader);
    embedder.readApiKey(reader, true);
    const model = embedder.model;
    if (!isVisible(model) || model.includes("?") || model.includes("#"))
      reader.fail("model", "must be the name of a model, as thenlper/gte-large");
    return embedder;
  }

  override get maxBytes(): i32 {
    return MOST_BYTES;
  }

  override writeCall(text: Slice, call: ServiceCall): void {
    const json = call.post(`/hf-inference/models/${this.model}/pipeline/feature-extraction`).key("inputs").text(text);
    json.key("normalize").boolean(true).key("truncate").boolean(false).endObject();
    call.headers.setText("authorization", `Bearer ${this.apiKey}`);
  }

  /** The vector, or a list of one. */
  protected override vectorIn(root: Slice): Slice {
    const first = jsonAt(root, 0);
    return jsonKind(first) == JsonKind.Array ? first : root;
  }
}
