import { PriceTable } from "../../assembly/ai/prices/price-table";
import { ConfigReader } from "../../assembly/config/reader";
import { LimitRules } from "../../assembly/limit/limit-rules";
import { UtcOffset } from "../../assembly/limit/utc-offset";
import { RedisClient } from "../../assembly/redis/client";
import { readRedisSection } from "../../assembly/redis/section";
import { RATE_GUARDS, TokenRates } from "./rates";

const PREFIX = "higress-token-ratelimit";
const REJECTED_CODE = 429;

/** What happens to a request when Redis does not say whether it may pass, in the order of the option's values. */
export const enum OnStoreDown {
  Allow,
  Deny,
  /** It is checked and charged in the counters of this Envoy. */
  Local,
}

const ON_STORE_DOWN: string[] = ["allow", "deny", "local"];

/** What a request reserves before it passes, in the order of the option's values. */
export const enum Reserve {
  /** Nothing: its limits are checked, and the tokens are charged afterwards, as in Higress. */
  None,
  /** An estimate of its prompt. */
  Prompt,
  /** An estimate of its prompt, and the most tokens of its output. */
  PromptAndMax,
}

const UNPRICED: string[] = ["allow", "deny"];
const DENY: i32 = 1;
const RESERVE: string[] = ["none", "prompt", "prompt_and_max"];
/** The tokens that are reserved for the output of a request that states no maximum, and the most for one that does. */
const RESERVE_MAX_TOKENS: i64 = 4096;
const MOST_RESERVED: i64 = 1_000_000_000;

/** The configuration of ai-token-ratelimit for a route. */
export class AiTokenRateLimitConfig {
  private constructor(
    /** The limits. */
    readonly rules: LimitRules,
    /** The connection to Redis; `null` where this Envoy counts alone. */
    readonly redis: RedisClient | null,
    /** What happens when Redis cannot be asked. */
    readonly onStoreDown: OnStoreDown,
    /** What a request reserves. */
    readonly reserve: Reserve,
    /** The most tokens that are reserved for an output. */
    readonly reserveMaxTokens: i64,
    /** Whether a stream ends when the tokens of its limits are used up. */
    readonly cutsStream: bool,
    /** The prices of models; `null` if no limit counts costs. */
    readonly prices: PriceTable | null,
    /** Whether a request for a model without a price is refused, if a limit of costs applies to it. */
    readonly deniesUnpriced: bool,
    /** The status of a refusal. */
    readonly rejectedCode: i32,
    /** Its text, in UTF-8; `null` for OpenAI's error object. */
    readonly rejectedMessage: ArrayBuffer | null,
  ) {}

  /** Reads the configuration; nothing is inherited, as in Higress. */
  static read(reader: ConfigReader): AiTokenRateLimitConfig {
    reader.guards(RATE_GUARDS);
    reader.guards([
      "rule_name",
      "global_threshold",
      "rule_items",
      "on_store_down",
      "redis",
      "reserve",
      "reserve_max_tokens",
      "cut_stream",
      "prices",
      "unpriced",
    ]);
    const rates = new TokenRates(UtcOffset.read(reader, "utc_offset", new UtcOffset(0)));
    const rules = LimitRules.read(PREFIX, rates, reader);
    if (!rates.hasCalendar && reader.has("utc_offset"))
      reader.fail("utc_offset", "has no effect without a calendar window");
    const prices = reader.has("prices") ? PriceTable.read(reader) : null;
    const unpriced = reader.choice("unpriced", UNPRICED, DENY);
    if (rates.hasCost && prices === null) reader.fail("prices", "is required by limits of costs");
    if (!rates.hasCost && reader.has("prices")) reader.fail("prices", "has no effect without a limit of costs");
    if (prices === null && reader.has("unpriced")) reader.fail("unpriced", "has no effect without prices");
    const redis = reader.has("redis") ? RedisClient.of(readRedisSection(reader)) : null;
    const onStoreDown = reader.choice("on_store_down", ON_STORE_DOWN, OnStoreDown.Allow);
    if (redis === null && reader.has("on_store_down")) reader.fail("on_store_down", "has no effect without redis");
    const reserve = reader.choice("reserve", RESERVE, Reserve.Prompt);
    const most = reader.integerOrText("reserve_max_tokens", RESERVE_MAX_TOKENS, 1, MOST_RESERVED);
    if (reserve != Reserve.PromptAndMax && reader.has("reserve_max_tokens"))
      reader.fail("reserve_max_tokens", "has no effect unless reserve is prompt_and_max");
    const cuts = reader.boolean("cut_stream", false);
    const code = <i32>reader.integerOrText("rejected_code", REJECTED_CODE, 400, 599);
    const message = reader.textOrNumber("rejected_msg");
    const bytes = reader.has("rejected_msg") ? String.UTF8.encode(message) : null;
    const deniesUnpriced = unpriced == DENY;
    return new AiTokenRateLimitConfig(
      rules,
      redis,
      onStoreDown,
      reserve,
      most,
      cuts,
      prices,
      deniesUnpriced,
      code,
      bytes,
    );
  }
}
