import { ABSENT, Slice, sliceSize } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonFirst, jsonGet, jsonNext } from "../../../assembly/json/value";
import { readsWholePages } from "./content-mode";
import { Engine, objectOf, ResultSink, words } from "./engine";
import { ServiceCall } from "../../../assembly/service/call";
import { ResultDraft } from "./result-draft";
import { EngineKind, SearchQuery } from "./search-query";

const MOST_QUERY: i32 = 1000;

/** Exa. https://exa.ai/docs/reference/search */
export class Exa extends Engine {
  private isFull: bool = false;

  static read(reader: ConfigReader, language: string): Engine {
    const engine = new Exa("exa", EngineKind.Internet);
    engine.readCommon(reader, language, "api.exa.ai");
    engine.readApiKey(reader);
    engine.refuseStart(reader);
    engine.isFull = readsWholePages(reader);
    return engine;
  }

  override writeCall(query: SearchQuery, call: ServiceCall): void {
    const json = call.post("/search").key("query").text(words(query, MOST_QUERY));
    json.key("numResults").integer(this.count);
    json.key("contents").beginObject();
    json
      .key(this.isFull ? "text" : "highlights")
      .boolean(true)
      .endObject();
    this.writeOptions(json);
    json.endObject();
    call.headers.setText("x-api-key", this.apiKey);
  }

  override readReply(body: Slice, draft: ResultDraft, sink: ResultSink): bool {
    const results = jsonGet(objectOf(body), "results");
    for (let item = jsonFirst(results); item != ABSENT; item = jsonNext(results, item)) {
      draft.begin(jsonGet(item, "title"), jsonGet(item, "url"), this.isFull ? jsonGet(item, "text") : ABSENT);
      const highlights = this.isFull ? ABSENT : jsonGet(item, "highlights");
      for (let text = jsonFirst(highlights); text != ABSENT; text = jsonNext(highlights, text)) draft.addContent(text);
      // Asked for by `optionArgs`.
      if (!sliceSize(draft.content.slice)) draft.addContent(jsonGet(item, "summary"));
      if (!sink.take(draft)) break;
    }
    return results != ABSENT;
  }
}
