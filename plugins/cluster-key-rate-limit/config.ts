import { ErrorFormat, ERROR_FORMATS } from "../../assembly/ai/refusal";
import { ConfigReader } from "../../assembly/config/reader";
import { LimitRules } from "../../assembly/limit/limit-rules";
import { RedisClient } from "../../assembly/redis/client";
import { readRedisSection } from "../../assembly/redis/section";
import { RATE_GUARDS, RequestRates } from "./rates";

const PREFIX = "higress-cluster-key-rate-limit";
const REJECTED_CODE = 429;
const REJECTED_MESSAGE = "Too many requests";

/** What happens to a request when Redis does not say whether it may pass, in the order of the option's values. */
export const enum OnStoreDown {
  Allow,
  Deny,
}

const ON_STORE_DOWN: string[] = ["allow", "deny"];

/** The configuration of cluster-key-rate-limit for a route. */
export class ClusterKeyRateLimitConfig {
  private constructor(
    /** The limits. */
    readonly rules: LimitRules,
    /** The connection to Redis. */
    readonly redis: RedisClient,
    /** The status of a refusal. */
    readonly rejectedCode: i32,
    /** Its text, in UTF-8. */
    readonly rejectedMessage: ArrayBuffer,
    /** Its format. */
    readonly errorFormat: ErrorFormat,
    /** Whether responses have the quota headers. */
    readonly showsQuota: bool,
    /** What happens when Redis cannot be asked. */
    readonly onStoreDown: OnStoreDown,
  ) {}

  /** Reads the configuration; nothing is inherited, as in Higress. */
  static read(reader: ConfigReader): ClusterKeyRateLimitConfig {
    reader.guards(RATE_GUARDS);
    reader.guards(["rule_name", "global_threshold", "rule_items", "on_store_down", "redis"]);
    const rules = LimitRules.read(PREFIX, new RequestRates(), reader);
    const settings = readRedisSection(reader);
    const code = <i32>reader.integerOrText("rejected_code", REJECTED_CODE, 400, 599);
    const message = reader.textOrNumber("rejected_msg", REJECTED_MESSAGE);
    const format = reader.choice("error_format", ERROR_FORMATS, ErrorFormat.Text);
    const showsQuota = reader.booleanOrText("show_limit_quota_header", false);
    const onStoreDown = reader.choice("on_store_down", ON_STORE_DOWN, OnStoreDown.Allow);
    const redis = RedisClient.of(settings);
    const bytes = String.UTF8.encode(message);
    return new ClusterKeyRateLimitConfig(rules, redis, code, bytes, format, showsQuota, onStoreDown);
  }
}
