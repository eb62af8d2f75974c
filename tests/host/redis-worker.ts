// SPDX-License-Identifier: Apache-2.0
// The thread of BlockingRedis.
import { connect, type Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { countReplies } from "../harness/resp.ts";

interface Order {
  connection: string;
  commands: Uint8Array;
  count: number;
}

const { port, state, replies } = workerData as { port: number; state: Int32Array; replies: Uint8Array };
const sockets = new Map<string, Socket>();

parentPort?.on("message", ({ connection, commands, count }: Order) => {
  const socket = sockets.get(connection) ?? connect(port, "127.0.0.1");
  sockets.set(connection, socket);
  let received = Buffer.alloc(0);
  const onData = (data: Buffer): void => {
    received = Buffer.concat([received, data]);
    if (countReplies(received).ends.length < count) return;
    socket.off("data", onData);
    replies.set(received);
    Atomics.store(state, 0, received.length + 1);
    Atomics.notify(state, 0);
  };
  socket.on("data", onData);
  socket.write(commands);
});

parentPort?.postMessage("ready");
