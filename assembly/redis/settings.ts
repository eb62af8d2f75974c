import { IS_HIGRESS } from "../host/target";
import { ConfigReader } from "../config/reader";

const MOST_DATABASE: i64 = 65535;
/** The highest port. */
export const MOST_PORT: i64 = 65535;
/** The ports of a service without `service_port`, with an address of Higress's own registry and another one. */
const STATIC_PORT: i32 = 80;
const REDIS_PORT: i32 = 6379;
/** Milliseconds. */
const TIMEOUT: i64 = 1000;
const MOST_TIMEOUT: i64 = 60_000;

/** How a configuration reaches Redis. */
export class RedisSettings {
  private constructor(
    /** The cluster of Envoy that leads to Redis over redis-bridge. */
    readonly cluster: string,
    /** The user of the access control list; empty for the default user. */
    readonly username: string,
    /** Empty if there is none. */
    readonly password: string,
    /** The number of the logical database. */
    readonly database: i32,
    /** Milliseconds until a command fails. */
    readonly timeout: i32,
  ) {}

  /** Reads the options that have one name in every plugin. `cluster` is what leads to Redis. */
  static read(section: ConfigReader, cluster: string): RedisSettings {
    const username = section.textOrNumber("username");
    const password = section.textOrNumber("password");
    if (username.length && !password.length) section.fail("username", "has no effect without a password");
    const database = <i32>section.integerOrText("database", 0, 0, MOST_DATABASE);
    const timeout = <i32>section.integerOrText("timeout", TIMEOUT, 1, MOST_TIMEOUT);
    return new RedisSettings(cluster, username, password, database, timeout);
  }

  /** Those of a configuration that is refused. */
  static none(): RedisSettings {
    return new RedisSettings("", "", "", 0, <i32>TIMEOUT);
  }

  /** Whether both lead to the same database as the same user. */
  equals(other: RedisSettings): bool {
    return (
      this.cluster == other.cluster &&
      this.username == other.username &&
      this.password == other.password &&
      this.database == other.database &&
      this.timeout == other.timeout
    );
  }
}

/**
 * The cluster of a service: in Higress the one that it names by service and port, with its plugins' default port, else `redis`.
 * https://github.com/alibaba/higress/blob/main/plugins/wasm-go/extensions/ai-token-ratelimit/config/config.go
 */
export function clusterOf(service: string, port: i32): string {
  if (!IS_HIGRESS) return "redis";
  if (!port) port = service.endsWith(".static") ? STATIC_PORT : REDIS_PORT;
  return `outbound|${port}||${service}`;
}
