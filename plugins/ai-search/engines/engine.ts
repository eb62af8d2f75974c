import { asciiLowerCase } from "../../../assembly/bytes/lower-case";
import { SHORTEST_SECRET } from "../../../assembly/bytes/secret-set";
import { ABSENT, Slice, sliceOfBuffer, trimmed } from "../../../assembly/bytes/slice";
import { cutText } from "../../../assembly/bytes/well-formed";
import { isVisible } from "../../../assembly/config/printable";
import { ConfigReader } from "../../../assembly/config/reader";
import { HttpService } from "../../../assembly/config/service";
import { jsonValidate } from "../../../assembly/json/validate";
import { jsonGet, JsonKind, jsonKind } from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";
import { ServiceCall } from "../../../assembly/service/call";
import { ResultDraft } from "./result-draft";
import { ANY_KIND, EngineKind, SearchQuery } from "./search-query";

const COUNT: i64 = 10;
const MOST_COUNT: i64 = 50;
const MOST_START: i64 = 10_000;
const TIMEOUT: i64 = 5000;
const MOST_TIMEOUT: i64 = 60_000;

/** Receives the results of a response, in its order. */
export abstract class ResultSink {
  /** The engine has filled the draft. Returns whether more results are taken. */
  abstract take(draft: ResultDraft): bool;
}

/**
 * A search engine with its configuration. An engine is pure: it writes the HTTP request for a query and reads the response. It keeps nothing
 * between calls, so that one object serves all streams.
 */
export abstract class Engine {
  service: HttpService = new HttpService("", "");
  /** The most results of a call. */
  count: i32 = 0;
  /** The number of results that are skipped. */
  start: i32 = 0;
  timeoutMilliseconds: i32 = 0;
  /** Whether a failure was logged. */
  hasWarned: bool = false;
  /** `defaultLang`; empty if there is none. */
  protected language: string = "";
  protected apiKey: string = "";
  private optionNames: string[] = [];
  private optionValues: string[] = [];

  constructor(
    /** The `type` in the configuration. */
    readonly type: string,
    readonly kind: EngineKind,
  ) {}

  /** Whether results without a title or a link are results. */
  get needsLink(): bool {
    return true;
  }

  /** Whether the engine serves a query of this kind. */
  serves(kind: i32): bool {
    return kind == ANY_KIND || kind == this.kind;
  }

  /** Writes the call for a query. */
  abstract writeCall(query: SearchQuery, call: ServiceCall): void;

  /** Reads a response with status 200. Returns `false` if it is none of this engine. */
  abstract readReply(body: Slice, draft: ResultDraft, sink: ResultSink): bool;

  /** Reads the options that all engines have. `host` is the public one, empty if there is none. */
  protected readCommon(reader: ConfigReader, language: string, host: string, mostCount: i64 = MOST_COUNT): void {
    this.service = HttpService.readNamed(host, reader);
    this.language = language;
    this.count = <i32>reader.integerOrText("count", min(COUNT, mostCount), 1, mostCount);
    this.start = <i32>reader.integerOrText("start", 0, 0, MOST_START);
    this.timeoutMilliseconds = <i32>reader.integerOrText("timeoutMillisecond", TIMEOUT, 1, MOST_TIMEOUT);
    const options = reader.textMap("optionArgs", true);
    const names = options.keys();
    for (let i = 0; i < names.length; i++) {
      if (!isVisible(names[i])) reader.fail("optionArgs", "must have names of printable ASCII without blanks");
      this.optionNames.push(names[i]);
      this.optionValues.push(options.get(names[i]));
    }
  }

  /** Reads `apiKey`, which is required. */
  protected readApiKey(reader: ConfigReader): void {
    const key = reader.requiredTextOrNumber("apiKey");
    this.apiKey = key;
    if (!key.trim().length) return;
    if (!isVisible(key)) reader.fail("apiKey", "must be printable ASCII without blanks");
    else if (asciiLowerCase(key).startsWith("bearer")) reader.fail("apiKey", "must be the key alone, without Bearer");
    else if (key.length < SHORTEST_SECRET) reader.warn("apiKey", `has fewer than ${SHORTEST_SECRET} bytes`);
  }

  /** Refuses `start` for an engine that has no such parameter. */
  protected refuseStart(reader: ConfigReader): void {
    if (this.start) reader.fail("start", `is not supported: ${this.type} has no such parameter`);
  }

  /** The number of the page that begins at `start`, 0 for the first one. */
  protected get page(): i32 {
    return this.start / this.count;
  }

  /** Adds `optionArgs` to the query. */
  protected addOptions(call: ServiceCall): void {
    for (let i = 0; i < this.optionNames.length; i++) call.textParameter(this.optionNames[i], this.optionValues[i]);
  }

  /** Adds `optionArgs` to an object: values that are JSON numbers, truth values, lists or objects as such, others as strings. */
  protected writeOptions(json: JsonWriter): void {
    for (let i = 0; i < this.optionNames.length; i++) {
      const bytes = String.UTF8.encode(this.optionValues[i]);
      const value = sliceOfBuffer(bytes);
      json.key(this.optionNames[i]);
      if (jsonValidate(value) == 0 && jsonKind(trimmed(value)) != JsonKind.String) json.raw(value);
      else json.string(this.optionValues[i]);
    }
  }
}

/** The first `most` bytes of the words of a query, without blanks at its ends. */
export function words(query: SearchQuery, most: i32): Slice {
  return trimmed(cutText(query.text, most));
}

/** The list that is a member of the outermost object of a valid JSON text; `ABSENT` if there is none, and `isReply` says whether the text is an object. */
export function listIn(body: Slice, key: string): Slice {
  const root = objectOf(body);
  const list = jsonGet(root, key);
  return jsonKind(list) == JsonKind.Array ? list : ABSENT;
}

/** The object that a text is; `ABSENT` if it is none. */
export function objectOf(body: Slice): Slice {
  if (jsonValidate(body)) return ABSENT;
  const root = trimmed(body);
  return jsonKind(root) == JsonKind.Object ? root : ABSENT;
}
