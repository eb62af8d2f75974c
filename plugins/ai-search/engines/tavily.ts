import { ABSENT, Slice, sliceSize } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonFirst, jsonGet, JsonKind, jsonKind, jsonNext } from "../../../assembly/json/value";
import { Engine, objectOf, ResultSink, words } from "./engine";
import { ServiceCall } from "../../../assembly/service/call";
import { readsWholePages } from "./content-mode";
import { ResultDraft } from "./result-draft";
import { EngineKind, SearchQuery } from "./search-query";

const MOST_COUNT: i64 = 20;
/** Tavily refuses queries of more than 400 characters. */
const MOST_QUERY: i32 = 400;

/** Tavily. https://docs.tavily.com/documentation/api-reference/endpoint/search */
export class Tavily extends Engine {
  private isFull: bool = false;

  static read(reader: ConfigReader, language: string): Engine {
    const engine = new Tavily("tavily", EngineKind.Internet);
    engine.readCommon(reader, language, "api.tavily.com", MOST_COUNT);
    engine.readApiKey(reader);
    engine.refuseStart(reader);
    engine.isFull = readsWholePages(reader);
    return engine;
  }

  override writeCall(query: SearchQuery, call: ServiceCall): void {
    const json = call.post("/search").key("query").text(words(query, MOST_QUERY));
    json.key("max_results").integer(this.count);
    if (this.isFull) json.key("include_raw_content").boolean(true);
    this.writeOptions(json);
    json.endObject();
    call.headers.setText("authorization", `Bearer ${this.apiKey}`);
  }

  override readReply(body: Slice, draft: ResultDraft, sink: ResultSink): bool {
    const results = jsonGet(objectOf(body), "results");
    for (let item = jsonFirst(results); item != ABSENT; item = jsonNext(results, item)) {
      const page = this.isFull ? jsonGet(item, "raw_content") : ABSENT;
      const hasPage = jsonKind(page) == JsonKind.String && sliceSize(page) > 2;
      draft.begin(jsonGet(item, "title"), jsonGet(item, "url"), hasPage ? page : jsonGet(item, "content"));
      if (!sink.take(draft)) break;
    }
    return results != ABSENT;
  }
}
