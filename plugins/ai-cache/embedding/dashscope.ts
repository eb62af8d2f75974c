import { Slice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonAt, jsonGet } from "../../../assembly/json/value";
import { ServiceCall } from "../../../assembly/service/call";
import { Embedder } from "./embedder";

const PATH = "/api/v1/services/embeddings/text-embedding/text-embedding";
/** The tokens that the first two models take. */
const OLD_MOST_BYTES: i32 = 2048;

/** DashScope. https://help.aliyun.com/zh/model-studio/text-embedding-synchronous-api */
export class DashScopeEmbedder extends Embedder {
  static read(reader: ConfigReader): Embedder {
    const embedder = new DashScopeEmbedder("dashscope");
    embedder.readCommon("dashscope.aliyuncs.com", "text-embedding-v2", reader);
    embedder.readApiKey(reader, true);
    return embedder;
  }

  override get maxBytes(): i32 {
    const isOld = this.model == "text-embedding-v1" || this.model == "text-embedding-v2";
    return isOld ? OLD_MOST_BYTES : super.maxBytes;
  }

  override writeCall(text: Slice, call: ServiceCall): void {
    const json = call.post(PATH).key("model").string(this.model).key("input").beginObject();
    json.key("texts").beginArray().text(text).endArray().endObject();
    json.key("parameters").beginObject().key("text_type").string("query").endObject().endObject();
    call.headers.setText("authorization", `Bearer ${this.apiKey}`);
  }

  protected override vectorIn(root: Slice): Slice {
    return jsonGet(jsonAt(jsonGet(jsonGet(root, "output"), "embeddings"), 0), "embedding");
  }
}
