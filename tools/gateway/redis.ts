import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { root } from "../plugins.ts";
import type { Bootstrap } from "./bootstrap.ts";
import { SettingsError } from "./settings-types.ts";

/** Where Redis is, and how to log in. */
export interface RedisAddress {
  host: string;
  port: number;
  /** Empty for the default user. */
  username: string;
  /** Empty if there is none. */
  password: string;
  database: number;
}

const FORM = "redis://[user:password@]host:port[/db]";
const PORT = 6379;

/** Reads the value of `REDIS_URL`. The message of a `SettingsError` does not contain it, since it may have a password. */
export function readRedisUrl(text: string): RedisAddress {
  const fail = (why: string): SettingsError => new SettingsError(`REDIS_URL ${why}: it must be ${FORM}`);
  if (/^rediss:/i.test(text)) throw fail("asks for TLS, which envoy/redis.yaml sets up with redis-proxy");
  if (!/^redis:\/\/[!-~]+$/i.test(text) || !URL.canParse(text)) throw fail("is no address of a Redis");
  const url = new URL(text);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (!/^([\w.-]+|[\da-f:.]*:[\da-f:.]*)$/i.test(host)) throw fail("names no host");
  const [username, password] = [url.username, url.password].map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw fail("has a % that is no escape in the user or password");
    }
  });
  if (username && !password) throw fail("has a user without a password (without a user write redis://:password@host)");
  if (url.port === "0") throw fail("has the port 0");
  const database = /^\/?(\d{0,5})$/.exec(url.pathname)?.[1];
  if (database === undefined || Number(database) > 65535) throw fail("has a database that is no number up to 65535");
  if (url.search || url.hash) throw fail("has a ? or #, for which Redis has no use (write %3F or %23 in a password)");
  return { host, port: url.port ? Number(url.port) : PORT, username, password, database: Number(database) };
}

/** Adds the way to Redis of envoy/redis.yaml to a bootstrap, and lets ai-token-ratelimit count there. */
export function shareBudgets(bootstrap: Bootstrap, { host, port, username, password, database }: RedisAddress): void {
  const { bootstrap_extensions, static_resources } = parse(
    readFileSync(join(root, "envoy/redis.yaml"), "utf8"),
  ) as Bootstrap;
  const named = <T extends { name: string }>(list: T[], name: string): T => list.find((item) => item.name === name)!;
  const { listeners, clusters } = bootstrap.static_resources;
  listeners.push(named(static_resources.listeners, "redis-bridge"));
  const server = named(static_resources.clusters, "redis-server");
  const address = { socket_address: { address: host, port_value: port } };
  server.load_assignment = { cluster_name: server.name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] };
  clusters.push(named(static_resources.clusters, "redis"), server);
  bootstrap.bootstrap_extensions = bootstrap_extensions;

  const { http_filters } = listeners[0].filter_chains[0].filters[0].typed_config;
  const { configuration } = named(http_filters, "ai-token-ratelimit").typed_config.config!;
  const login = { ...(username ? { username } : {}), ...(password ? { password } : {}) };
  const redis = { cluster: "redis", database, ...login };
  configuration.value = JSON.stringify({ ...JSON.parse(configuration.value), redis });
}
