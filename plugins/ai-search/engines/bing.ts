import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonFirst, jsonGet, jsonNext } from "../../../assembly/json/value";
import { Engine, objectOf, ResultSink, words } from "./engine";
import { ServiceCall } from "../../../assembly/service/call";
import { readItems } from "./json-list";
import { ResultDraft } from "./result-draft";
import { EngineKind, SearchQuery } from "./search-query";

const MOST_QUERY: i32 = 1000;

/** Bing Web Search v7. https://learn.microsoft.com/bing/search-apis/bing-web-search/reference/endpoints */
export class Bing extends Engine {
  static read(reader: ConfigReader, language: string): Engine {
    const engine = new Bing("bing", EngineKind.Internet);
    engine.readCommon(reader, language, "api.bing.microsoft.com");
    engine.readApiKey(reader);
    // https://learn.microsoft.com/lifecycle/announcements/bing-search-api-retirement
    reader.warn("type", "is Bing's Web Search API, which has ended on 2025-08-11: use another engine");
    return engine;
  }

  override writeCall(query: SearchQuery, call: ServiceCall): void {
    call.get("/v7.0/search").parameter("q", words(query, MOST_QUERY));
    call.number("count", this.count).number("offset", this.start);
    if (this.language.length) call.textParameter("mkt", this.language);
    call.headers.setText("ocp-apim-subscription-key", this.apiKey);
    this.addOptions(call);
  }

  override readReply(body: Slice, draft: ResultDraft, sink: ResultSink): bool {
    const root = objectOf(body);
    if (root == ABSENT) return false;
    const pages = jsonGet(jsonGet(root, "webPages"), "value");
    for (let page = jsonFirst(pages); page != ABSENT; page = jsonNext(pages, page)) {
      draft.begin(jsonGet(page, "name"), jsonGet(page, "url"), jsonGet(page, "snippet"));
      if (!sink.take(draft)) return true;
      readItems(jsonGet(page, "deepLinks"), "name", "url", "snippet", draft, sink);
    }
    readItems(jsonGet(jsonGet(root, "news"), "value"), "name", "url", "description", draft, sink);
    return true;
  }
}
