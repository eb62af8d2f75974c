import { ConfigReader } from "../../assembly/config/reader";
import { LimitRules } from "../../assembly/limit/limit-rules";
import { RedisClient } from "../../assembly/redis/client";
import { RedisSettings } from "../../assembly/redis/settings";
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
    ]);
    const rules = LimitRules.read(PREFIX, new TokenRates(), reader);
    const redis = reader.has("redis") ? RedisClient.of(RedisSettings.read(reader)) : null;
    const onStoreDown = reader.choice("on_store_down", ON_STORE_DOWN, OnStoreDown.Allow);
    if (redis === null && reader.has("on_store_down")) reader.fail("on_store_down", "has no effect without redis");
    const reserve = reader.choice("reserve", RESERVE, Reserve.Prompt);
    const most = reader.integerOrText("reserve_max_tokens", RESERVE_MAX_TOKENS, 1, MOST_RESERVED);
    if (reserve != Reserve.PromptAndMax && reader.has("reserve_max_tokens"))
      reader.fail("reserve_max_tokens", "has no effect unless reserve is prompt_and_max");
    const code = <i32>reader.integerOrText("rejected_code", REJECTED_CODE, 400, 599);
    const message = reader.textOrNumber("rejected_msg");
    const bytes = reader.has("rejected_msg") ? String.UTF8.encode(message) : null;
    return new AiTokenRateLimitConfig(rules, redis, onStoreDown, reserve, most, code, bytes);
  }
}
