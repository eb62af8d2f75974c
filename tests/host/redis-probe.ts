// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { compile } from "../../tools/compile.ts";
import type { RootContext } from "./contexts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";
import { RedisPeer } from "./redis-peer.ts";

/** The builds of the probe of tests/host/redis: the release, and the one whose freed memory is overwritten. */
export const PROBES = ["build/test/redis-probe.wasm", "build/test/redis-probe.poisoned.wasm"];

/** Compiles a build of the probe. */
export async function compileProbe(wasm: string): Promise<void> {
  const target = wasm.includes("poisoned") ? "poisoned" : "release";
  await compile({ entry: "tests/host/redis/assembly/index.ts", out: wasm, target, optimized: false });
}

/** The probe on the Node host, with a scripted Redis behind it. */
export class RedisProbe {
  readonly host: ProxyHost;
  readonly context: RootContext;
  readonly redis: RedisPeer;

  /** `section` is added to the section `redis` of the configuration. */
  constructor(wasm: string, section: Record<string, unknown> = {}, reply?: (command: string[]) => string | null) {
    this.host = new ProxyHost(wasm, { logLevel: "info", clusters: ["upstream", "redis"] });
    const text = JSON.stringify({ redis: { service_name: "redis.static", ...section } });
    const configured = this.host.configure("redis-probe", text);
    assert.ok(configured);
    this.context = configured;
    this.redis = new RedisPeer(this.host, reply);
    this.host.vm.logs.length = 0;
  }

  /** Begins a request, which runs the command in its path. */
  request(path: string): HttpStream {
    const stream = this.host.stream(this.context);
    stream.requestHeaders(
      [
        [":method", "GET"],
        [":path", path],
        [":authority", "gateway.example"],
      ],
      true,
    );
    return stream;
  }

  /** A request that ends at once, and settles one. */
  settle(): void {
    this.request("/settle/").clientReset();
  }

  /** Moves the clock on until the plugin has a connection. */
  untilConnected(): void {
    while (!this.redis.grpc.streams.length) this.host.advance(50);
  }

  /** The lines that were logged. */
  get said(): string[] {
    return this.host.vm.logs.map(({ text }) => text.replace(/^redis-probe: /, ""));
  }
}

/** The result of a command: the response to its request. */
export const resultOf = (stream: HttpStream): string => stream.client.bodyBytes.toString();
