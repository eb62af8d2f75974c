import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonGet } from "../../../assembly/json/value";
import { Engine, objectOf, ResultSink, words } from "./engine";
import { ServiceCall } from "../../../assembly/service/call";
import { readItems } from "./json-list";
import { ResultDraft } from "./result-draft";
import { EngineKind, SearchQuery } from "./search-query";

const MOST_QUERY: i32 = 1000;

/**
 * SearXNG, a metasearch engine of the operator's own, whose settings must list `json` under `search.formats`.
 * https://docs.searxng.org/dev/search_api.html
 */
export class Searxng extends Engine {
  static read(reader: ConfigReader, language: string): Engine {
    const engine = new Searxng("searxng", EngineKind.Internet);
    engine.readCommon(reader, language, "");
    return engine;
  }

  override writeCall(query: SearchQuery, call: ServiceCall): void {
    call.get("/search").parameter("q", words(query, MOST_QUERY)).textParameter("format", "json");
    if (this.language.length) call.textParameter("language", this.language);
    if (this.start) call.number("pageno", this.page + 1);
    this.addOptions(call);
  }

  override readReply(body: Slice, draft: ResultDraft, sink: ResultSink): bool {
    const root = objectOf(body);
    const results = jsonGet(root, "results");
    readItems(results, "title", "url", "content", draft, sink);
    return results != ABSENT;
  }
}
