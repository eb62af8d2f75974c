// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { RedisPeer } from "./redis-peer.ts";
import { PER_USER, TokenGateway } from "./token-gateway.ts";

/** The counter of the user `ann`. */
export const KEY = "higress-token-ratelimit:{test}:limit_by_per_param:3600:user:ann";
/** The time of Redis, and the milliseconds to the end of a window. */
export const NOW = 1_800_000_000_000;
export const LEFT = 3_000_000;

/** ai-token-ratelimit with a scripted Redis. */
export class SharedTokenGateway extends TokenGateway {
  readonly redis: RedisPeer;

  constructor(more: object = {}) {
    super({ ...PER_USER, redis: { service_name: "redis.static" }, ...more });
    this.redis = new RedisPeer(this.host);
  }

  /** The one command that was sent, by its arguments after the hash. */
  sent(): string[] {
    const commands = this.redis.take();
    assert.equal(commands.length, 1, JSON.stringify(commands));
    const [[name, hash, ...args]] = commands;
    assert.deepEqual([name, hash.length], ["EVALSHA", 40]);
    return args;
  }

  /** Replies to a reservation: what was used before it. */
  reserved(used: number, left = LEFT): void {
    this.redis.send(`*3\r\n:${NOW}\r\n:${used}\r\n:${left}\r\n`);
  }
}
