import { asciiLowerCase } from "../../../assembly/bytes/lower-case";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonGet } from "../../../assembly/json/value";
import { Engine, objectOf, ResultSink, words } from "./engine";
import { ServiceCall } from "../../../assembly/service/call";
import { readItems } from "./json-list";
import { ResultDraft } from "./result-draft";
import { EngineKind, SearchQuery } from "./search-query";

const MOST_QUERY: i32 = 1000;

/** Serper, which has the results of Google. https://docs.litellm.ai/docs/search/serper · https://serper.dev */
export class Serper extends Engine {
  static read(reader: ConfigReader, language: string): Engine {
    const engine = new Serper("serper", EngineKind.Internet);
    engine.readCommon(reader, language, "google.serper.dev");
    engine.readApiKey(reader);
    return engine;
  }

  override writeCall(query: SearchQuery, call: ServiceCall): void {
    const json = call.post("/search").key("q").text(words(query, MOST_QUERY));
    json.key("num").integer(this.count);
    if (this.start) json.key("page").integer(this.page + 1);
    if (this.language.length) json.key("hl").string(asciiLowerCase(this.language));
    this.writeOptions(json);
    json.endObject();
    call.headers.setText("x-api-key", this.apiKey);
  }

  override readReply(body: Slice, draft: ResultDraft, sink: ResultSink): bool {
    const root = objectOf(body);
    if (root == ABSENT) return false;
    readItems(jsonGet(root, "organic"), "title", "link", "snippet", draft, sink);
    return true;
  }
}
