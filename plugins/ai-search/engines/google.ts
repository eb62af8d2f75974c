import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonFirst, jsonGet, jsonNext } from "../../../assembly/json/value";
import { Engine, objectOf, ResultSink, words } from "./engine";
import { ServiceCall } from "../../../assembly/service/call";
import { ResultDraft } from "./result-draft";
import { EngineKind, SearchQuery } from "./search-query";

const MOST_COUNT: i64 = 10;
const MOST_RESULTS: i32 = 100;
const MOST_QUERY: i32 = 1000;

/** Google's Custom Search JSON API. https://developers.google.com/custom-search/v1/reference/rest/v1/cse/list */
export class Google extends Engine {
  private cx: string = "";

  static read(reader: ConfigReader, language: string): Engine {
    const engine = new Google("google", EngineKind.Internet);
    engine.readCommon(reader, language, "customsearch.googleapis.com", MOST_COUNT);
    engine.readApiKey(reader);
    engine.cx = reader.requiredText("cx");
    if (engine.start + engine.count > MOST_RESULTS) reader.fail("start", "must be at most 100 together with count");
    // https://developers.google.com/custom-search/v1/overview
    reader.warn("type", "is Google's Custom Search JSON API, which takes no new customers and ends on 2027-01-01");
    return engine;
  }

  override writeCall(query: SearchQuery, call: ServiceCall): void {
    call.get("/customsearch/v1").textParameter("cx", this.cx).parameter("q", words(query, MOST_QUERY));
    call
      .number("num", this.count)
      .textParameter("key", this.apiKey)
      .number("start", this.start + 1);
    if (this.language.length) call.textParameter("lr", `lang_${this.language}`);
    this.addOptions(call);
  }

  override readReply(body: Slice, draft: ResultDraft, sink: ResultSink): bool {
    const root = objectOf(body);
    if (root == ABSENT) return false;
    // Without results there are no items.
    const items = jsonGet(root, "items");
    for (let item = jsonFirst(items); item != ABSENT; item = jsonNext(items, item)) {
      draft.begin(jsonGet(item, "title"), jsonGet(item, "link"), jsonGet(item, "snippet"));
      const tags = jsonFirst(jsonGet(jsonGet(item, "pagemap"), "metatags"));
      draft.addContent(jsonGet(tags, "og:description"));
      if (!sink.take(draft)) break;
    }
    return true;
  }
}
