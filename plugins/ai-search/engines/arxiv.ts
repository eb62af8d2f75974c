import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOfBuffer, sliceSize } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { readEntry } from "./arxiv-entry";
import { isCategory, writeQuery } from "./arxiv-query";
import { Engine, ResultSink, words } from "./engine";
import { ServiceCall } from "../../../assembly/service/call";
import { ResultDraft } from "./result-draft";
import { EngineKind, SearchQuery } from "./search-query";
import { elementIn, XmlElements } from "./xml";

const MOST_QUERY: i32 = 500;

const search = new ByteBuffer();
const elements = new XmlElements();

/** The papers of arXiv. https://info.arxiv.org/help/api/user-manual.html */
export class Arxiv extends Engine {
  private category: ArrayBuffer = new ArrayBuffer(0);

  static read(reader: ConfigReader, language: string): Engine {
    const engine = new Arxiv("arxiv", EngineKind.Arxiv);
    engine.readCommon(reader, language, "export.arxiv.org");
    const category = reader.text("arxivCategory");
    engine.category = String.UTF8.encode(category);
    if (!isCategory(sliceOfBuffer(engine.category)))
      reader.fail("arxivCategory", "must be a category of arXiv, as cs.AI");
    return engine;
  }

  override writeCall(query: SearchQuery, call: ServiceCall): void {
    const category = sliceSize(query.category) ? query.category : sliceOfBuffer(this.category);
    search.clear();
    writeQuery(words(query, MOST_QUERY), query.kind == EngineKind.Arxiv, category, search);
    call.get("/api/query").parameter("search_query", search.slice);
    call.headers.setText("accept", "application/atom+xml");
    call.number("max_results", this.count).number("start", this.start);
    this.addOptions(call);
  }

  override readReply(body: Slice, draft: ResultDraft, sink: ResultSink): bool {
    elements.begin(body);
    let isFeed = elementIn(body, "feed") != ABSENT;
    while (elements.next("entry")) {
      isFeed = true;
      readEntry(elements.content, draft);
      if (!sink.take(draft)) break;
    }
    return isFeed;
  }
}
