import { errorBodyOf, ErrorFormat, ERROR_FORMATS } from "../../assembly/ai/refusal";
import { sliceOfBuffer, sliceToString } from "../../assembly/bytes/slice";
import { compilePatterns } from "../../assembly/config/pattern-set";
import { ConfigReader } from "../../assembly/config/reader";
import { PatternFlags } from "../../assembly/pattern/flags";
import { LiteralSet } from "../../assembly/pattern/literal-set";
import { PatternError } from "../../assembly/pattern/error";
import { PatternSet } from "../../assembly/pattern/pattern-set";
import { checkExactUrls, checkExpressions, checkHeaders, checkUrls, takeExpressions } from "./possible";
import { ExactUrls, UrlKeywords, UrlPatterns, UrlRule } from "./url-rule";

/** The guarding options: without one of them more requests pass. */
const GUARDS = [
  "block_urls",
  "block_exact_urls",
  "block_regexp_urls",
  "block_headers",
  "block_bodies",
  "block_bodys",
  "case_sensitive",
  "normalize_path",
];

/** The configuration of request-block for a route. */
export class RequestBlockConfig {
  /** The rules for URLs, in their order. */
  readonly urls: UrlRule[] = [];
  /** The texts that are blocked in names and values of headers; `null` if there are none. */
  headers: LiteralSet | null = null;
  /** The texts that are blocked in bodies; `null` if there are none. */
  bodies: LiteralSet | null = null;
  /** Whether the normal form of a URL is checked as well. */
  normalizesPath: bool = false;
  /** The status of a refusal. */
  status: i32 = 403;
  /** The body of a refusal. */
  message: ArrayBuffer = new ArrayBuffer(0);
  /** The body of a refusal for clients of Anthropic's Messages; `null` if it is the same. */
  messagesError: ArrayBuffer | null = null;
  /** The content type of a refusal; empty for Envoy's default. */
  contentType: string = "";

  /** Reads the configuration; nothing is inherited, as in Higress. */
  static read(reader: ConfigReader): RequestBlockConfig {
    const config = new RequestBlockConfig();
    reader.guards(GUARDS);
    const isCaseSensitive = reader.booleanOrText("case_sensitive", true);
    const flags = isCaseSensitive ? PatternFlags.None : PatternFlags.IgnoreCase;
    config.normalizesPath = reader.boolean("normalize_path", false);
    const exact = textsOf(reader, "block_exact_urls");
    const expressions = takeExpressions(reader, exact);
    checkExactUrls(reader, exact, config.normalizesPath);
    if (exact.length > expressions.length) config.urls.push(new ExactUrls(exact, isCaseSensitive));
    const patterns = patternsOf(reader, "block_regexp_urls", expressions, flags | PatternFlags.Whole);
    if (patterns) config.urls.push(new UrlPatterns(patterns));
    const urls = textsOf(reader, "block_urls");
    checkUrls(reader, "block_urls", urls, config.normalizesPath);
    const keywords = literalsOf(reader, "block_urls", urls, flags);
    if (keywords) config.urls.push(new UrlKeywords(keywords));
    const headers = textsOf(reader, "block_headers");
    checkHeaders(reader, headers, isCaseSensitive);
    config.headers = literalsOf(reader, "block_headers", headers, flags);
    const bodies = textsOf(reader, "block_bodies").concat(textsOf(reader, "block_bodys"));
    config.bodies = literalsOf(reader, "block_bodies", bodies, flags);
    config.status = <i32>reader.integerOrText("blocked_code", 403, 100, 599);
    config.readMessage(reader);
    if (config.isEmpty && !reader.failed) {
      const lists = "block_urls, block_exact_urls, block_regexp_urls, block_headers, block_bodies";
      reader.refuse(`must block something with one of ${lists}`);
    }
    return config;
  }

  private readMessage(reader: ConfigReader): void {
    const message = reader.textOrNumber("blocked_message");
    const isOpenAi = reader.choice("error_format", ERROR_FORMATS, ErrorFormat.Text) == ErrorFormat.OpenAi;
    if (this.status < 200) reader.warn("blocked_code", "is no final status: clients wait for another one");
    // Responses with these statuses have no body (RFC 9110, section 6.4.1).
    const hasBody = this.status >= 200 && this.status != 204 && this.status != 304;
    if (hasBody && isOpenAi) this.writeError(message.length ? message : "This request is blocked.");
    else if (hasBody) this.message = String.UTF8.encode(message);
    else if (message.length) reader.warn("blocked_message", "has no effect with a status that has no body");
  }

  private writeError(message: string): void {
    const text = String.UTF8.encode(message);
    this.message = errorOf(false, this.status, text);
    this.messagesError = errorOf(true, this.status, text);
    this.contentType = "application/json";
  }

  private get isEmpty(): bool {
    return !this.urls.length && !this.headers && !this.bodies;
  }
}

function errorOf(isOfMessages: bool, status: i32, message: ArrayBuffer): ArrayBuffer {
  return String.UTF8.encode(
    sliceToString(errorBodyOf(isOfMessages, status, sliceOfBuffer(message), "request_blocked")),
  );
}

/** A list of texts, which must not be empty if it is set. */
function textsOf(reader: ConfigReader, key: string): string[] {
  reader.refuseEmptyList(key);
  return reader.textsOrNumbers(key);
}

function literalsOf(reader: ConfigReader, key: string, texts: string[], flags: PatternFlags): LiteralSet | null {
  if (!texts.length || texts.includes("")) return null;
  const error = new PatternError();
  const literals = LiteralSet.compile(texts, flags, error);
  if (!literals) reader.fail(key, `cannot be used: ${error.message}`);
  return literals;
}

function patternsOf(reader: ConfigReader, key: string, more: string[], flags: PatternFlags): PatternSet | null {
  const own = textsOf(reader, key);
  checkExpressions(reader, own);
  return compilePatterns(reader, key, own.concat(more), flags);
}
