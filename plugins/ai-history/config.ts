import { asciiLowerCase } from "../../assembly/bytes/lower-case";
import { isHeaderName } from "../../assembly/config/printable";
import { ConfigReader } from "../../assembly/config/reader";
import { readStore } from "./store/settings";
import { HistoryStore } from "./store/store";

/** Rounds that are filled. */
const ROUNDS: i64 = 3;
/** The most rounds that are filled. */
export const MOST_ROUNDS: i64 = 100;
const TOKENS: i64 = 8000;
const MOST_TOKENS: i64 = 1_000_000;
/** Bytes of the history of an identity. */
const BYTES: i64 = 64 << 10;
const FEWEST_BYTES: i64 = 1 << 10;
const MOST_BYTES: i64 = 512 << 10;
const NOTHING = new ArrayBuffer(0);

/** The options that keep the history of one client from another one. */
const GUARDS: string[] = ["redis", "memory", "identityHeader", "cacheKeyPrefix", "secret", "fillHistoryCnt"];

/** The configuration of ai-history for a route. */
export class HistoryConfig {
  /** The header whose values are the identities of a consumer, in lower case; empty without one. */
  identityHeader: string = "";
  /** The secret of keys and entries, in UTF-8; empty without one. */
  secret: ArrayBuffer = NOTHING;
  /** How many rounds a request gets at most. */
  rounds: i32 = <i32>ROUNDS;
  /** How many tokens they have at most. */
  maxTokens: i64 = TOKENS;
  /** How many bytes of an identity are stored at most. */
  maxBytes: i32 = <i32>BYTES;

  private constructor(
    /** Where the histories are stored. */
    readonly store: HistoryStore,
    /** The beginning of every key, in UTF-8. */
    readonly prefix: ArrayBuffer,
  ) {}

  /** Reads the configuration; nothing is inherited, as in Higress. */
  static read(reader: ConfigReader): HistoryConfig {
    reader.guards(GUARDS);
    const prefix = reader.text("cacheKeyPrefix", "higress-ai-history:");
    const config = new HistoryConfig(readStore(reader, prefix), String.UTF8.encode(prefix));
    const header = asciiLowerCase(reader.text("identityHeader"));
    if (reader.has("identityHeader") && !isHeaderName(header))
      reader.fail("identityHeader", "must be the name of a header");
    config.identityHeader = header;
    if (reader.has("secret")) config.secret = String.UTF8.encode(reader.requiredText("secret"));
    config.rounds = <i32>reader.integerOrText("fillHistoryCnt", ROUNDS, 0, MOST_ROUNDS);
    config.maxTokens = reader.integer("max_tokens", TOKENS, 1, MOST_TOKENS);
    config.maxBytes = <i32>reader.integer("max_bytes", BYTES, FEWEST_BYTES, MOST_BYTES);
    readPaths(reader);
    return config;
  }
}

/** Options of the reference without an effect, there and here. */
function readPaths(reader: ConfigReader): void {
  const question = reader.object("questionFrom");
  const answer = reader.object("answerValueFrom");
  const stream = reader.object("answerStreamValueFrom");
  if (question) question.text("requestBody");
  if (answer) answer.text("responseBody");
  if (stream) stream.text("responseBody");
}
