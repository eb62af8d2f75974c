// SPDX-License-Identifier: Apache-2.0
import { parseReply } from "../harness/resp.ts";
import type { RedisCallout } from "./callouts.ts";
import type { ProxyHost } from "./proxy-host.ts";

/** Redis behind the host calls of Higress's Envoy, on the Node host: gives the results of commands, in any order. */
export class HigressRedis {
  constructor(private readonly host: ProxyHost) {}

  /** The commands without a result, in the order in which they were sent. */
  get calls(): RedisCallout[] {
    return [...this.host.vm.redisCalls.values()];
  }

  /** The arguments of a command. */
  argumentsOf(call: RedisCallout): string[] {
    return parseReply(call.query) as string[];
  }

  /** Gives a command its reply. */
  reply(call: RedisCallout, bytes: Buffer | string): void {
    const data = Buffer.from(bytes as string);
    this.deliver(call, data, 0);
  }

  /** The host got no reply: no connection, or none in time. */
  fail(call: RedisCallout): void {
    this.deliver(call, null, 1);
  }

  /** Nothing is reported to a root context that has ended. */
  private deliver(call: RedisCallout, data: Buffer | null, status: number): void {
    const { vm } = this.host;
    if (!vm.redisCalls.delete(call.token)) throw new Error(`command ${call.token} has a result already`);
    if (!vm.contexts.has(call.root.id)) return;
    call.root.redis = data;
    vm.call(call.root, "proxy_on_redis_call_response", [call.root.id, call.token, status, data?.length ?? 0]);
    call.root.redis = null;
    vm.runAfterCall();
    this.host.check();
  }
}
