// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { RedisOptions, RedisWay } from "./redis-bootstrap.ts";
import { Valkey } from "./valkey.ts";

const root = resolve(import.meta.dirname, "../..");

/** The password of the stores that `GuardedRedis` starts. */
export const PASSWORD = "a-password-of-valkey";

/** A Valkey with a password: the plugins send it, or Envoy's redis_proxy reads it from a file. */
export class GuardedRedis {
  private constructor(
    readonly valkey: Valkey,
    private readonly way: RedisWay,
    private readonly folder: string,
  ) {}

  /** Starts a Valkey, and writes its password into a file for redis_proxy. */
  static async start(way: RedisWay): Promise<GuardedRedis> {
    const parent = join(root, "tests/.tmp");
    mkdirSync(parent, { recursive: true });
    const folder = mkdtempSync(join(parent, "redis-"));
    writeFileSync(join(folder, "password"), PASSWORD);
    return new GuardedRedis(await Valkey.start(PASSWORD), way, folder);
  }

  /** The section `redis` of a plugin's configuration. */
  get section(): Record<string, unknown> {
    const name = { service_name: "redis.static", timeout: 500 };
    return this.way === "redis-proxy" ? name : { ...name, password: PASSWORD };
  }

  /** How an Envoy reaches it. */
  get options(): RedisOptions {
    const { way, folder } = this;
    return {
      port: this.valkey.port,
      way,
      ...(way === "redis-proxy" ? { passwordFile: join(folder, "password") } : {}),
    };
  }

  /** Stops what `start` started. */
  async stop(): Promise<void> {
    await this.valkey.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
