import { encodedSegment } from "../../../assembly/bytes/percent-encode";
import { Slice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonAt, jsonGet } from "../../../assembly/json/value";
import { ServiceCall } from "../../../assembly/service/call";
import { Embedder } from "./embedder";

/** A deployment in Azure OpenAI. https://learn.microsoft.com/en-us/azure/ai-services/openai/reference#embeddings */
export class AzureEmbedder extends Embedder {
  private path: string = "";

  static read(reader: ConfigReader): Embedder {
    const embedder = new AzureEmbedder("azure");
    if (!reader.has("serviceHost")) reader.fail("serviceHost", "is required: the host of the resource");
    embedder.readCommon("", "text-embedding-ada-002", reader);
    embedder.readApiKey(reader, true);
    const version = encodedSegment(reader.requiredText("apiVersion"));
    embedder.path = `/openai/deployments/${encodedSegment(embedder.model)}/embeddings?api-version=${version}`;
    return embedder;
  }

  override get identity(): string {
    return `${super.identity} ${this.service.authority}`;
  }

  override writeCall(text: Slice, call: ServiceCall): void {
    call.post(this.path).key("input").text(text).endObject();
    call.headers.setText("api-key", this.apiKey);
  }

  protected override vectorIn(root: Slice): Slice {
    return jsonGet(jsonAt(jsonGet(root, "data"), 0), "embedding");
  }
}
