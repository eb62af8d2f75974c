import { ConfigReader } from "../../assembly/config/reader";
import { Engine } from "./engines/engine";
import { readEngine } from "./engines/index";
import { EngineKind } from "./engines/search-query";
import { RewriteSettings } from "./rewrite/settings";
import { isPromptTemplate, promptTemplate } from "./search-prompt";
import { Template } from "./template";

/** Without it questions go to the engines. */
const GUARDS = ["defaultEnable"];
const LOCATIONS = ["head", "tail"];
const STYLES = ["text", "annotations"];
const REFERENCE_FORMAT = "**References:**\n%s";
const FORMAT_PLACEHOLDERS = ["%s"];
const BUILT_IN_FORMAT = new Template(REFERENCE_FORMAT, FORMAT_PLACEHOLDERS);
const PAGE_BYTES: i64 = 4000;
const TOTAL_BYTES: i64 = 32_000;
const LEAST_BYTES: i64 = 100;
const MOST_TOTAL_BYTES: i64 = 500_000;
const MOST_RESULTS: i64 = 50;
const MOST_ENGINES: i32 = 16;
const MOST_DEADLINE: i64 = 180_000;

/** What is searched for the requests of a route, and how the results come into the request and the response. */
export class SearchConfig {
  /** Whether requests without `web_search_options` are searched for, too. */
  searchesAll: bool = true;
  readonly engines: Engine[] = [];
  /** The model that writes the queries; `null` if the question itself is the query. */
  rewrite: RewriteSettings | null = null;
  /** The most milliseconds that a request waits for all; 0 if only its calls have limits. */
  deadlineMilliseconds: i32 = 0;
  maxPageBytes: i32 = 0;
  maxTotalBytes: i32 = 0;
  maxResults: i32 = 0;
  prompt: Template = BUILT_IN_FORMAT;
  /** Whether the response names the sources. */
  refers: bool = false;
  format: Template = BUILT_IN_FORMAT;
  /** Whether references stand behind the response instead of before it. */
  isTail: bool = false;
  /** Whether OpenAI's `annotations` name the sources instead of a text. */
  annotates: bool = false;

  /** Reads the configuration; nothing is inherited, as in Higress. */
  static read(reader: ConfigReader): SearchConfig {
    const config = new SearchConfig();
    reader.guards(GUARDS);
    config.searchesAll = reader.booleanOrText("defaultEnable", true);
    config.readReferences(reader);
    const language = reader.text("defaultLang");
    config.readEngines(reader, language);
    config.readRewrite(reader);
    config.deadlineMilliseconds = <i32>reader.integer("deadlineMillisecond", 0, 1, MOST_DEADLINE);
    config.maxTotalBytes = <i32>reader.integer("maxTotalBytes", TOTAL_BYTES, LEAST_BYTES, MOST_TOTAL_BYTES);
    config.maxPageBytes = <i32>reader.integer("maxPageBytes", PAGE_BYTES, LEAST_BYTES, MOST_TOTAL_BYTES);
    config.maxResults = <i32>reader.integer("maxResults", MOST_RESULTS, 1, MOST_RESULTS);
    const template = reader.text("promptTemplate");
    if (template.length && !isPromptTemplate(template))
      reader.fail("promptTemplate", "must have the placeholders {search_results} and {question}");
    config.prompt = promptTemplate(template, config.refers);
    return config;
  }

  private readReferences(reader: ConfigReader): void {
    this.refers = reader.booleanOrText("needReference", false);
    const format = reader.text("referenceFormat");
    if (format.length) this.format = new Template(format, FORMAT_PLACEHOLDERS);
    if (!this.format.count) reader.fail("referenceFormat", "must have the placeholder %s");
    this.isTail = reader.choice("referenceLocation", LOCATIONS, 0) == 1;
    this.annotates = reader.choice("referenceStyle", STYLES, 0) == 1;
  }

  private readEngines(reader: ConfigReader, language: string): void {
    reader.refuseEmptyList("searchFrom");
    const items = reader.objects("searchFrom");
    if (!reader.has("searchFrom")) reader.fail("searchFrom", "is required");
    if (items.length > MOST_ENGINES) reader.fail("searchFrom", `must have at most ${MOST_ENGINES} engines`);
    for (let i = 0; i < items.length && i < MOST_ENGINES; i++) {
      const engine = readEngine(items[i], language, this.refers);
      if (engine) this.engines.push(engine);
    }
  }

  private readRewrite(reader: ConfigReader): void {
    const object = reader.object("searchRewrite");
    if (!object) return;
    this.rewrite = RewriteSettings.read(
      object,
      this.has(EngineKind.Internet),
      this.has(EngineKind.Private),
      this.has(EngineKind.Arxiv),
    );
  }

  private has(kind: EngineKind): bool {
    for (let i = 0; i < this.engines.length; i++) if (this.engines[i].kind == kind) return true;
    return false;
  }
}
