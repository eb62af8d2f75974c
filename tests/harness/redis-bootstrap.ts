// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import type { EnvoyConfig } from "./bootstrap.ts";

const file = resolve(import.meta.dirname, "../../envoy/redis.yaml");

/** The three ways to Redis in envoy/redis.yaml: straight, through Envoy's redis_proxy, and over a listener on 127.0.0.1. */
export type RedisWay = "redis-server" | "redis-proxy";

/** How the plugins reach Redis. */
export interface RedisOptions {
  /** The loopback port of Redis. */
  port: number;
  way?: RedisWay;
  /** A file with the password, for redis_proxy. */
  passwordFile?: string;
}

interface Parts {
  bootstrap_extensions: EnvoyConfig[];
  static_resources: { listeners: EnvoyConfig[]; clusters: EnvoyConfig[] };
}

/** Adds the listeners and clusters of envoy/redis.yaml to a bootstrap. */
export function withRedis(
  bootstrap: EnvoyConfig,
  { port, way = "redis-server", passwordFile }: RedisOptions,
): EnvoyConfig {
  const text = readFileSync(file, "utf8")
    .replaceAll("port_value: 6379", `port_value: ${port}`)
    .replace("cluster: redis-server", `cluster: ${way}`);
  const parts = parse(text) as Parts;
  const { listeners, clusters } = parts.static_resources;
  const real = clusters.find(({ name }) => name === "redis-cluster");
  if (passwordFile && real) {
    real.typed_extension_protocol_options = {
      "envoy.filters.network.redis_proxy": {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.redis_proxy.v3.RedisProtocolOptions",
        auth_password: { filename: passwordFile },
      },
    };
  }
  const given = bootstrap.static_resources as Parts["static_resources"];
  return {
    ...bootstrap,
    bootstrap_extensions: parts.bootstrap_extensions,
    static_resources: {
      ...given,
      listeners: [...(given.listeners ?? []), ...listeners],
      clusters: [...(given.clusters ?? []), ...clusters],
    },
  };
}
