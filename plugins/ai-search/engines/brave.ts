import { asciiLowerCase } from "../../../assembly/bytes/lower-case";
import { ABSENT, byteAt, Slice, sliceSize, subslice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonFirst, jsonGet, jsonNext } from "../../../assembly/json/value";
import { Engine, objectOf, ResultSink, words } from "./engine";
import { ServiceCall } from "../../../assembly/service/call";
import { ResultDraft } from "./result-draft";
import { EngineKind, SearchQuery } from "./search-query";

const MOST_COUNT: i64 = 20;
const MOST_PAGE: i32 = 9;
/** Brave takes 400 characters and 50 words. */
const MOST_QUERY: i32 = 400;
const MOST_WORDS: i32 = 50;

/** Brave Search. https://api-dashboard.search.brave.com/api-reference/web/search/get */
export class Brave extends Engine {
  static read(reader: ConfigReader, language: string): Engine {
    const engine = new Brave("brave", EngineKind.Internet);
    engine.readCommon(reader, language, "api.search.brave.com", MOST_COUNT);
    engine.readApiKey(reader);
    if (engine.count && engine.page > MOST_PAGE) reader.fail("start", "must be less than ten times count");
    return engine;
  }

  override writeCall(query: SearchQuery, call: ServiceCall): void {
    call
      .get("/res/v1/web/search")
      .parameter("q", firstWords(words(query, MOST_QUERY)))
      .number("count", this.count);
    // Without them the texts have no <strong> elements.
    call.textParameter("text_decorations", "false");
    if (this.start) call.number("offset", this.page);
    if (this.language.length) call.textParameter("search_lang", languageCode(this.language));
    call.headers.setText("x-subscription-token", this.apiKey);
    this.addOptions(call);
  }

  override readReply(body: Slice, draft: ResultDraft, sink: ResultSink): bool {
    const root = objectOf(body);
    if (root == ABSENT) return false;
    // Without results for the web there is no `web`.
    const results = jsonGet(jsonGet(root, "web"), "results");
    for (let item = jsonFirst(results); item != ABSENT; item = jsonNext(results, item)) {
      draft.begin(jsonGet(item, "title"), jsonGet(item, "url"), jsonGet(item, "description"));
      const extra = jsonGet(item, "extra_snippets");
      for (let text = jsonFirst(extra); text != ABSENT; text = jsonNext(extra, text)) draft.addContent(text);
      if (!sink.take(draft)) break;
    }
    return true;
  }
}

function firstWords(text: Slice): Slice {
  let count = 0;
  for (let i = 1; i < sliceSize(text); i++) {
    if (byteAt(text, i) <= 0x20 && byteAt(text, i - 1) > 0x20 && ++count == MOST_WORDS) return subslice(text, 0, i);
  }
  return text;
}

/** Brave's code of a language tag. https://api-dashboard.search.brave.com/documentation/resources/language-codes */
function languageCode(tag: string): string {
  const name = asciiLowerCase(tag);
  const main = name.split("-")[0];
  if (main == "zh") return name == "zh-tw" || name == "zh-hk" || name == "zh-hant" ? "zh-hant" : "zh-hans";
  if (main == "ja") return "jp";
  return name == "pt" || main != "pt" ? (name == "en-gb" ? name : main == "pt" ? "pt-pt" : main) : name;
}
