import { ConfigReader } from "../../assembly/config/reader";
import { JsonPath } from "../../assembly/json/path";
import { JsonKind, jsonKind } from "../../assembly/json/value";
import { KeyStrategy, Question } from "./question";
import { readSemantic, SemanticSettings } from "./semantic/settings";
import { ResponseTemplate } from "./template";
import { Store } from "./store/store";
import { readStore } from "./store/settings";

const STRATEGIES: string[] = ["lastQuestion", "allQuestions", "disabled"];
const SHARES: string[] = ["consumer", "route", "global"];
/** Bytes. A larger response is not stored. */
const MAX_BYTES: i64 = 128 << 10;
const LARGEST: i64 = 512 << 10;
/** Milliseconds. */
const WAIT_TIMEOUT: i64 = 10_000;
const LONGEST_WAIT: i64 = 300_000;

/** Where Higress finds the question. */
const LAST_MESSAGE = "messages.@reverse.0.content";
const NO_QUESTION =
  "has no effect: the key is the whole request. With reference_key: true it is the question alone, as in Higress";
const NOTHING = new ArrayBuffer(0);

/** Who shares the stored responses. */
export const enum Share {
  /** The requests of one consumer on one route; where there is no consumer, those with one credential. */
  Consumer,
  /** All requests of one route. */
  Route,
  /** All requests that go to one cluster with one configuration of ai-proxy. */
  Global,
}

/** The options that keep the responses of one client from another one. */
const GUARDS: string[] = ["cache", "redis", "share", "secret", "version", "cacheKeyStrategy", "semantic_context"];

/** The configuration of ai-cache for a route. */
export class AiCacheConfig {
  /** Whether nothing is looked up or stored. */
  isOff: bool = false;
  /** Who shares the stored responses. */
  share: Share = Share.Consumer;
  /** The secret of keys and entries, in UTF-8; empty without one. */
  secret: ArrayBuffer = NOTHING;
  /** The text that is part of every key. */
  version: ArrayBuffer = NOTHING;
  /** The key of the reference, which is the question alone; `null` for the key that is the whole request. */
  question: Question | null = null;
  /** What a response that is not streamed is written with; `null` for the stored message. */
  template: ResponseTemplate | null = null;
  /** The same for a stream. */
  streamTemplate: ResponseTemplate | null = null;
  /** The most bytes of an entry. */
  maxBytes: i32 = <i32>MAX_BYTES;
  /** How long a request waits for the response to an equal one; 0 if it does not. Milliseconds. */
  waitTimeout: i32 = <i32>WAIT_TIMEOUT;
  /** Whether responses with tool calls are stored. */
  storesToolCalls: bool = false;
  /** Whether responses are stored that the limit of tokens or a filter has cut. */
  storesCut: bool = false;
  /** How requests are found whose questions mean the same; `null` if only equal ones are. */
  semantic: SemanticSettings | null = null;
  /** Whether responses of fallback targets are stored. */
  storesFallback: bool = false;

  private constructor(
    /** Where responses are stored. */
    readonly store: Store,
  ) {}

  /** Reads the configuration; nothing is inherited, as in Higress. */
  static read(reader: ConfigReader): AiCacheConfig {
    reader.guards(GUARDS);
    const config = new AiCacheConfig(readStore(reader));
    config.share = reader.choice("share", SHARES, Share.Consumer);
    if (reader.has("secret")) config.secret = String.UTF8.encode(reader.requiredText("secret"));
    if (reader.has("version")) config.version = String.UTF8.encode(reader.textOrNumber("version"));
    config.maxBytes = <i32>reader.integer("max_bytes", MAX_BYTES, 1, LARGEST);
    config.waitTimeout = <i32>reader.integer("wait_timeout", WAIT_TIMEOUT, 0, LONGEST_WAIT);
    config.storesToolCalls = reader.boolean("store_tool_calls", false);
    config.storesCut = reader.boolean("store_cut", false);
    config.storesFallback = reader.boolean("store_fallback", false);
    config.readKey(reader);
    config.semantic = readSemantic(reader, config.question !== null);
    const template = templateOf(reader, "responseTemplate", reader.text("responseTemplate"));
    const old = templateOf(reader, "returnResponseTemplate", reader.text("returnResponseTemplate"));
    config.template = template ? template : old;
    const stream = templateOf(reader, "streamResponseTemplate", reader.text("streamResponseTemplate"));
    const oldStream = templateOf(reader, "returnStreamResponseTemplate", reader.text("returnStreamResponseTemplate"));
    config.streamTemplate = stream ? stream : oldStream;
    readValuePaths(reader);
    return config;
  }

  private readKey(reader: ConfigReader): void {
    const strategy = reader.choice("cacheKeyStrategy", STRATEGIES, KeyStrategy.LastQuestion);
    const from = textOrOld(reader, "cacheKeyFrom");
    const isReference = reader.boolean("reference_key", false);
    this.isOff = strategy == KeyStrategy.Disabled;
    if (isReference || from.length) {
      const path = new JsonPath(from.length ? from : LAST_MESSAGE);
      if (path.fault.length) reader.fail("cacheKeyFrom", path.fault);
      if (isReference) this.question = new Question(strategy, path);
      else reader.warn("cacheKeyFrom", NO_QUESTION);
    } else if (strategy == KeyStrategy.AllQuestions) reader.warn("cacheKeyStrategy", NO_QUESTION);
  }
}

/** The text of an option that may also be an object with a member `requestBody` or `responseBody`, as in old configurations. */
function textOrOld(reader: ConfigReader, key: string): string {
  if (jsonKind(reader.value(key)) != JsonKind.Object) return reader.text(key);
  const old = reader.object(key)!;
  return old.has("requestBody") ? old.text("requestBody") : old.text("responseBody");
}

/** Where Higress finds the text of a response: here the whole message is stored. */
function readValuePaths(reader: ConfigReader): void {
  warnOf(reader, "cacheValueFrom", textOrOld(reader, "cacheValueFrom"), "choices.0.message.content");
  warnOf(reader, "cacheStreamValueFrom", textOrOld(reader, "cacheStreamValueFrom"), "choices.0.delta.content");
  reader.text("cacheToolCallsFrom");
}

function warnOf(reader: ConfigReader, key: string, path: string, usual: string): void {
  if (path.length && path != usual) reader.warn(key, "has no effect: the whole message is stored");
}

/** The template in one of two options; `null` without one. */
function templateOf(reader: ConfigReader, key: string, text: string): ResponseTemplate | null {
  if (!text.length && !reader.has(key)) return null;
  const fault = ResponseTemplate.faultOf(text);
  if (fault.length) reader.fail(key, fault);
  return new ResponseTemplate(text);
}
