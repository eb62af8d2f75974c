import { ErrorFormat, ERROR_FORMATS } from "../../assembly/ai/refusal";
import { wordHashOf } from "../../assembly/bytes/hash";
import { sliceOfBuffer } from "../../assembly/bytes/slice";
import { edgeFault } from "../../assembly/config/printable";
import { ConfigReader } from "../../assembly/config/reader";
import { MATCH_KEYS } from "../../assembly/config/rules";
import { Pattern, PatternError, PatternFlags } from "../../assembly/pattern/pattern";
import { exclusive } from "../../assembly/config/exclusive";
import { AddressBlock, AnyValue, PatternMatch } from "../../assembly/limit/key-match";
import { KeySource } from "./key-source";
import { Limit } from "./limit";
import { LimitKeys } from "./limit-keys";
import { WAYS } from "./record";

const PER_SECOND = "query_per_second";
const PER_MINUTE = "query_per_minute";
const PER_HOUR = "query_per_hour";
const PER_DAY = "query_per_day";

/** The guarding options: without one of them more requests pass. */
const GUARDS = [
  "limit_by_header",
  "limit_by_param",
  "limit_by_consumer",
  "limit_by_per_ip",
  "limit_keys",
  "key",
  PER_SECOND,
  PER_MINUTE,
  PER_HOUR,
  PER_DAY,
  "concurrent",
];

const SECOND: u64 = 1_000_000_000;

const PATTERN = "regexp:";
const SLOTS = 16384;
const MOST_SLOTS = 1 << 20;
const MOST = <i64>i32.MAX_VALUE;

/** The configuration of key-rate-limit for a route. */
export class KeyRateLimitConfig {
  /** The limits, by the value that they apply to. */
  readonly keys: LimitKeys = new LimitKeys();
  /** Part of the names of this configuration's counts in shared data. */
  private readonly identity: string;
  private readonly buckets: u32;

  private constructor(
    readonly source: KeySource,
    scope: string,
    slots: i32,
    /** Whether responses have the quota headers. */
    readonly showsQuota: bool,
    /** The format of a refusal. */
    readonly errorFormat: ErrorFormat,
  ) {
    const buckets = (slots + WAYS - 1) / WAYS;
    this.buckets = buckets;
    // A hash: it is part of every name, and the texts of a rule may be long.
    const identity = String.UTF8.encode(`${scope}\n${source.identity}\n${buckets}`);
    this.identity = wordHashOf(sliceOfBuffer(identity)).toString(16);
  }

  /** Reads the configuration; nothing is inherited, as in Higress. */
  static read(reader: ConfigReader): KeyRateLimitConfig {
    reader.guards(GUARDS);
    const source = KeySource.read(reader);
    const slots = <i32>reader.integer("slots", SLOTS, WAYS, MOST_SLOTS);
    const showsQuota = reader.boolean("show_limit_quota_header", false);
    const errorFormat = reader.choice("error_format", ERROR_FORMATS, ErrorFormat.Text);
    // A configuration that is refused counts nothing.
    const name = reader.text("rule_name");
    const scope = reader.failed ? "" : scopeOf(name, reader);
    const config = new KeyRateLimitConfig(source, scope, slots, showsQuota, errorFormat);
    if (!reader.has("limit_keys")) reader.fail("limit_keys", "is required");
    const keys = reader.objects("limit_keys");
    for (let i = 0; i < keys.length; i++) config.readKey(keys[i]);
    reader.refuseEmptyList("limit_keys");
    return config;
  }

  private readKey(reader: ConfigReader): void {
    const key = reader.requiredTextOrNumber("key");
    let rate = exclusive(reader, PER_SECOND, "");
    rate = exclusive(reader, PER_MINUTE, rate);
    rate = exclusive(reader, PER_HOUR, rate);
    rate = exclusive(reader, PER_DAY, rate);
    const count = rate.length ? <u32>reader.integerOrText(rate, 1, 1, MOST) : 0;
    const concurrent = <u32>reader.integer("concurrent", 0, 1, MOST);
    const options = [PER_SECOND, PER_MINUTE, PER_HOUR, PER_DAY, "concurrent"].join(", ");
    if (!rate.length && !reader.has("concurrent")) reader.refuse(`must limit with one of ${options}`);
    if (!key.length) return;
    const isPattern = key.startsWith(PATTERN) && !this.source.isAddress;
    const isMany = this.source.isAddress || key == "*" || isPattern;
    const identity = String.UTF8.encode(`${this.identity}\n${rate}\n${key}`);
    const limit = new Limit(sliceOfBuffer(identity), count, windowOf(rate), concurrent, isMany ? this.buckets : 0);
    const fault = isMany ? this.addMany(key, limit) : this.addOne(key, limit);
    if (fault.length) reader.fail("key", fault);
  }

  /** Adds the limit of one value. Returns an error, or "". */
  private addOne(key: string, limit: Limit): string {
    const fault = this.source.isHeader ? edgeFault(key) : "";
    return fault.length ? fault : this.keys.addText(key, limit);
  }

  /** Adds the limits of many values. Returns an error, or "". */
  private addMany(key: string, limit: Limit): string {
    if (key == "*") return this.keys.addMatch(new AnyValue(), limit, key);
    if (this.source.isAddress) {
      const block = AddressBlock.parse(key);
      if (!block) return "must be an address, a block like 10.0.0.0/8, or *";
      return this.keys.addBlock(block, limit);
    }
    const error = new PatternError();
    const pattern = Pattern.compile(key.substring(PATTERN.length), PatternFlags.None, error);
    if (!pattern) return `is not supported: ${error.message}`;
    return this.keys.addMatch(new PatternMatch(pattern), limit, key);
  }
}

/** The window of a rate, in nanoseconds; 0 without a rate. */
function windowOf(rate: string): u64 {
  if (rate == PER_SECOND) return SECOND;
  if (rate == PER_MINUTE) return 60 * SECOND;
  if (rate == PER_HOUR) return 3600 * SECOND;
  return rate == PER_DAY ? 86400 * SECOND : 0;
}

/** The identity of a rule, so that each rule has counts of its own. */
function scopeOf(name: string, reader: ConfigReader): string {
  const parts: string[] = [name];
  // Errors in these are reported when the rule is read.
  const silent = reader.detached();
  for (let i = 0; i < MATCH_KEYS.length; i++) parts.push(silent.texts(MATCH_KEYS[i]).join("\t"));
  return parts.join("\n");
}
