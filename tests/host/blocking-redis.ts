// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { countReplies } from "../harness/resp.ts";

const REPLY_BYTES = 1 << 20;
const TIMEOUT_MS = 10_000;

/**
 * Connections to a real Redis for the Node host, whose callbacks do not wait: a worker thread has the sockets, and `exchange` blocks
 * this thread until the replies are there.
 */
export class BlockingRedis {
  /** 0 while the replies are missing, then their size plus 1. */
  private readonly state = new Int32Array(new SharedArrayBuffer(4));
  private readonly replies = new Uint8Array(new SharedArrayBuffer(REPLY_BYTES));
  private readonly worker: Worker;

  private constructor(port: number) {
    const workerData = { port, state: this.state, replies: this.replies };
    const file = JSON.stringify(new URL("./redis-worker.ts", import.meta.url).href);
    // A worker thread does not load TypeScript by itself.
    const code = `import("tsx/esm/api").then(({ register }) => (register(), import(${file})))`;
    this.worker = new Worker(code, { workerData, eval: true });
    this.worker.unref();
  }

  /** Starts the worker thread, which cannot start while this thread is blocked. */
  static async to(port: number): Promise<BlockingRedis> {
    const redis = new BlockingRedis(port);
    await once(redis.worker, "message");
    return redis;
  }

  /** Sends whole commands over a connection, which is opened with its first use, and returns their replies. */
  exchange(connection: string, commands: Buffer): Buffer {
    const { ends } = countReplies(commands);
    if ((ends.at(-1) ?? 0) !== commands.length) throw new Error("the plugin sent a part of a command");
    Atomics.store(this.state, 0, 0);
    this.worker.postMessage({ connection, commands, count: ends.length });
    if (Atomics.wait(this.state, 0, 0, TIMEOUT_MS) === "timed-out") throw new Error("Redis does not reply");
    return Buffer.from(this.replies.slice(0, this.state[0] - 1));
  }

  /** Ends the worker thread and its connections. */
  async close(): Promise<void> {
    await this.worker.terminate();
  }
}
