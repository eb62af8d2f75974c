// SPDX-License-Identifier: Apache-2.0
import { DOWN_CLUSTER, REDIS_CLUSTER, usesRedis } from "../harness/case-redis.ts";
import type { Case } from "../harness/case.ts";
import { encodeCommand } from "../harness/resp.ts";
import { Valkey } from "../harness/valkey.ts";
import { BlockingRedis } from "./blocking-redis.ts";
import { GrpcPeer } from "./grpc-peer.ts";
import { HigressRedis } from "./higress-redis.ts";
import type { ProxyHost } from "./proxy-host.ts";

/** The real Valkey behind the cases that use Redis, on the Node host. */
export class CaseRedis {
  private valkey: Valkey | null = null;
  private connections: BlockingRedis | null = null;
  private hosts = 0;

  /** Starts it if one of the cases needs it. */
  async start(cases: Case[]): Promise<void> {
    if (!cases.some(usesRedis)) return;
    this.valkey = await Valkey.start();
    this.connections = await BlockingRedis.to(this.valkey.port);
  }

  /** Stops what `start` started. */
  async stop(): Promise<void> {
    await this.connections?.close();
    await this.valkey?.stop();
  }

  /** Empties it, and runs the commands that a case begins with. */
  begin(testCase: Case): void {
    this.hosts++;
    if (!usesRedis(testCase)) return;
    const commands = [["FLUSHALL"], ...(testCase.redis ?? [])].map((command) => encodeCommand(command));
    this.exchange("setup", Buffer.concat(commands));
  }

  /** Passes on what the plugin has sent, and the replies. Returns whether there was anything. */
  pump(host: ProxyHost): boolean {
    const peer = new GrpcPeer(host);
    let moved = false;
    for (const stream of peer.streams) {
      if (stream.cluster === DOWN_CLUSTER) {
        peer.unreachable(stream);
        moved = true;
      } else if (stream.cluster === REDIS_CLUSTER && stream.sent.length > 0) {
        peer.message(stream, this.exchange(`${this.hosts} ${stream.token}`, Buffer.concat(stream.sent.splice(0))));
        moved = true;
      }
    }
    return this.pumpHigress(host) || moved;
  }

  private pumpHigress(host: ProxyHost): boolean {
    const peer = new HigressRedis(host);
    const { calls } = peer;
    for (const call of calls) {
      if (call.cluster === DOWN_CLUSTER) peer.fail(call);
      else peer.reply(call, this.exchange(`${this.hosts} ${call.cluster}`, call.query));
    }
    return calls.length > 0;
  }

  private exchange(connection: string, commands: Buffer): Buffer {
    if (!this.connections) throw new Error("a case needs Redis, which was not started");
    return this.connections.exchange(connection, commands);
  }
}

/** The Valkey of this process. */
export const caseRedis = new CaseRedis();
