import { ABSENT, Slice, sliceSize } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonFirst, jsonGet, JsonKind, jsonKind, jsonNext } from "../../../assembly/json/value";
import { readsWholePages } from "./content-mode";
import { Engine, objectOf, ResultSink, words } from "./engine";
import { ServiceCall } from "../../../assembly/service/call";
import { ResultDraft } from "./result-draft";
import { EngineKind, SearchQuery } from "./search-query";

/** Aliyun takes 100 characters. */
const MOST_QUERY: i32 = 300;

/** Quark, as Aliyun's Information Query Service has it. https://help.aliyun.com/document_detail/2857020.html */
export class Quark extends Engine {
  private isFull: bool = false;

  static read(reader: ConfigReader, language: string): Engine {
    const engine = new Quark("quark", EngineKind.Internet);
    engine.readCommon(reader, language, "cloud-iqs.aliyuncs.com");
    engine.readApiKey(reader);
    engine.isFull = readsWholePages(reader);
    return engine;
  }

  override writeCall(query: SearchQuery, call: ServiceCall): void {
    call.get("/search/genericSearch").parameter("query", words(query, MOST_QUERY));
    if (this.start) call.number("page", this.page + 1);
    call.headers.setText("x-api-key", this.apiKey);
    this.addOptions(call);
  }

  override readReply(body: Slice, draft: ResultDraft, sink: ResultSink): bool {
    const items = jsonGet(objectOf(body), "pageItems");
    for (let item = jsonFirst(items); item != ABSENT; item = jsonNext(items, item)) {
      let content = this.isFull ? jsonGet(item, "markdownText") : jsonGet(item, "snippet");
      const isEmpty = jsonKind(content) != JsonKind.String || sliceSize(content) == 2;
      if (this.isFull && isEmpty) content = jsonGet(item, "mainText");
      draft.begin(jsonGet(item, "title"), jsonGet(item, "link"), content);
      if (!sink.take(draft)) break;
    }
    return items != ABSENT;
  }
}
