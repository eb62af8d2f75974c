import { Slice } from "../../../assembly/bytes/slice";
import { isHost } from "../../../assembly/config/host";
import { isVisible } from "../../../assembly/config/printable";
import { ConfigReader } from "../../../assembly/config/reader";
import { HttpService, readCluster, ServiceKeys } from "../../../assembly/config/service";
import { ServiceCall } from "../../../assembly/service/call";
import { rewritePrompt } from "./prompt";
import { Template } from "../template";

const KEYS = new ServiceKeys("llmCluster", "llmServiceName", "llmServicePort");
const TIMEOUT: i64 = 30_000;
const MOST_TIMEOUT: i64 = 120_000;
const COUNT: i64 = 3;
const MOST_COUNT: i64 = 10;

/** How a model turns a question into queries: `searchRewrite`. */
export class RewriteSettings {
  private constructor(
    readonly service: HttpService,
    private readonly path: string,
    private readonly apiKey: string,
    private readonly model: string,
    readonly timeoutMilliseconds: i32,
    /** The most queries, if the request does not say how much is searched. */
    readonly count: i32,
    /** The prompt, with the most queries and the question. */
    readonly prompt: Template,
  ) {}

  /** Reads the settings. `hasInternet` and the like say which kinds of engines there are. */
  static read(reader: ConfigReader, hasInternet: bool, hasPrivate: bool, hasArxiv: bool): RewriteSettings {
    const cluster = readCluster(KEYS, reader);
    const url = reader.requiredText("llmUrl");
    const scheme = url.indexOf("://");
    const rest = scheme < 0 ? url : url.substring(scheme + 3);
    const slash = rest.indexOf("/");
    const host = slash < 0 ? rest : rest.substring(0, slash);
    const isWeb = url.startsWith("http://") || url.startsWith("https://");
    if (url.length && (!isWeb || !isHost(host) || !isVisible(url)))
      reader.fail("llmUrl", "must be a URL, as https://api.openai.com/v1/chat/completions");
    const apiKey = reader.text("llmApiKey");
    if (!isVisible(apiKey)) reader.fail("llmApiKey", "must be printable ASCII without blanks");
    return new RewriteSettings(
      new HttpService(cluster, host),
      slash < 0 ? "/" : rest.substring(slash),
      apiKey,
      reader.requiredText("llmModelName"),
      <i32>reader.integerOrText("timeoutMillisecond", TIMEOUT, 1, MOST_TIMEOUT),
      <i32>reader.integerOrText("maxCount", COUNT, 1, MOST_COUNT),
      rewritePrompt(hasInternet, hasPrivate, hasArxiv),
    );
  }

  /** Writes the request to the model. */
  writeCall(prompt: Slice, call: ServiceCall): void {
    const json = call.post(this.path).key("stream").boolean(false).key("max_tokens").integer(4096);
    json.key("model").string(this.model).key("messages").beginArray().beginObject();
    json.key("role").string("user").key("content").text(prompt).endObject().endArray().endObject();
    if (this.apiKey.length) call.headers.setText("authorization", `Bearer ${this.apiKey}`);
  }
}
