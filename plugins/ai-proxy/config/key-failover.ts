import { ConfigReader } from "../../../assembly/config/reader";
import { ApiToken } from "./api-token";
import { FAILOVER, notBuilt } from "./built-features";
import { StatusSet } from "./status-set";

/** Milliseconds; no wait that is configured is longer. */
const LONGEST_WAIT = 86_400_000;
const DEFAULT_PERIOD = 5_000;
const DEFAULT_RETRY_TIMEOUT = 30_000;
const MOST_RETRIES = 100;
const MOST_COUNT = 1_000;
/** The failures in a row with the reference's default statuses, which include errors of clients. */
const CONFIGURED_THRESHOLD = 3;
/** Milliseconds of the first wait of a key over its rate limit, and of one that was refused. */
const LIMITED_WAIT = 10_000;
const REFUSED_WAIT = 60_000;
/** Milliseconds; no wait that doubles grows beyond it. */
const LONGEST_DOUBLED = 600_000;

/** `failover` and `retryOnFailure`: what happens to an API key that fails, and to the request that it failed. */
export class KeyFailover {
  /** Whether a key that fails is not used for a time (`failover`). */
  hasPool: bool = false;
  /** Failures in a row until the key is not used. */
  failureThreshold: i32 = 1;
  /** Successes in a row until a key that failed is used as before. */
  successThreshold: i32 = 1;
  /** The model of the requests with which the plugin tries a key again; "" if requests of clients do. */
  probeModel: string = "";
  /** Milliseconds until the next one after such a request failed. */
  probeInterval: i32 = DEFAULT_PERIOD;
  /** Milliseconds for such a request. */
  probeTimeout: i32 = DEFAULT_PERIOD;
  /** The statuses that are failures of a key; `null` for the classes of `keys/key-failure.ts`. */
  failing: StatusSet | null = null;
  /** The most further keys that one request tries. */
  mostRetries: i32 = MOST_RETRIES;
  /** The statuses after which the next key is tried; `null` for failures of a key. */
  retried: StatusSet | null = null;
  /** Milliseconds of the first wait; 0 for the default of the failure. */
  private cooldown: u64 = 0;

  /** Reads both objects; `null` if neither is enabled, or if there are no API keys. */
  static read(reader: ConfigReader, name: string, tokens: ApiToken[], isSigned: bool): KeyFailover | null {
    if (!FAILOVER) return refused(reader);
    const options = new KeyFailover();
    const pool = reader.object("failover");
    const retry = reader.object("retryOnFailure");
    if (pool) options.readPool(pool);
    if (pool && isSigned && options.probeModel.length) {
      pool.warn(
        "healthCheckModel",
        "has no effect: requests of this type are signed. Requests of clients try a key again",
      );
      options.probeModel = "";
    }
    const isRetrying = retry ? options.readRetry(retry) : options.hasPool;
    if (!isRetrying) options.mostRetries = 0;
    if (!options.hasPool && !isRetrying) return null;
    if (tokens.length) {
      for (let i = 0; i < tokens.length; i++) tokens[i].identify(name);
      return options;
    }
    const reason = "has no effect without API keys of the gateway";
    if (options.hasPool) reader.warn("failover", reason);
    else reader.warn("retryOnFailure", reason);
    return null;
  }

  /** Milliseconds of the first wait of a key that failed, if the provider says none. */
  firstWait(isRefused: bool): u64 {
    if (this.cooldown) return this.cooldown;
    return isRefused ? REFUSED_WAIT : LIMITED_WAIT;
  }

  /** Milliseconds of the longest wait that doubles. */
  get longestWait(): u64 {
    return max<u64>(this.cooldown, LONGEST_DOUBLED);
  }

  private readPool(reader: ConfigReader): void {
    this.hasPool = reader.booleanOrText("enabled", false);
    const failing = StatusSet.read(reader, "failoverOnStatus");
    this.failing = failing;
    if (failing && failing.includesClients)
      reader.warn("failoverOnStatus", "includes errors of clients: one client can take all keys out of use");
    const threshold = this.failing ? CONFIGURED_THRESHOLD : 1;
    this.failureThreshold = <i32>reader.integerOrText("failureThreshold", threshold, 1, MOST_COUNT);
    this.successThreshold = <i32>reader.integerOrText("successThreshold", 1, 1, MOST_COUNT);
    this.probeModel = reader.has("healthCheckModel") ? reader.requiredText("healthCheckModel") : "";
    this.probeInterval = <i32>reader.integerOrText("healthCheckInterval", DEFAULT_PERIOD, 100, LONGEST_WAIT);
    this.probeTimeout = <i32>reader.integerOrText("healthCheckTimeout", DEFAULT_PERIOD, 1, LONGEST_WAIT);
    this.cooldown = <u64>reader.integerOrText("cooldownDuration", 0, 0, LONGEST_WAIT);
  }

  /** Whether the next key is tried. */
  private readRetry(reader: ConfigReader): bool {
    const isEnabled = reader.booleanOrText("enabled", false);
    this.retried = StatusSet.read(reader, "retryOnStatus");
    this.mostRetries = <i32>reader.integerOrText("maxRetries", 1, 0, MOST_RETRIES);
    reader.integerOrText("retryTimeout", DEFAULT_RETRY_TIMEOUT, 1, LONGEST_WAIT);
    return isEnabled;
  }
}

/** Refuses both objects where they are enabled, in a build without them. */
function refused(reader: ConfigReader): KeyFailover | null {
  refuseEnabled(reader, "failover");
  refuseEnabled(reader, "retryOnFailure");
  return null;
}

function refuseEnabled(reader: ConfigReader, key: string): void {
  const options = reader.object(key);
  if (options === null) return;
  options.skip();
  if (options.booleanOrText("enabled", false)) reader.fail(key, notBuilt("failover"));
}
