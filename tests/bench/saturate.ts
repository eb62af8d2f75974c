import { connect, type Socket } from "node:net";

/** Connections, and the requests on each that wait for their responses: one write of the sender carries half of them. */
const CONNECTIONS = 32;
const DEPTH = 32;

const HEAD = "HTTP/1.1 ";
const ACCEPTED = `${HEAD}200 OK\r\n`;

/**
 * Sends the same request for a time as fast as the server responds, and returns the responses per second. The requests of a connection
 * are pipelined, so that the sender, which has less than one core, does not limit the result. Rejects at a status other than 200, and
 * at a connection that ends.
 */
export async function saturate(port: number, request: Buffer, milliseconds: number): Promise<number> {
  const refill = Buffer.concat(Array.from({ length: DEPTH / 2 }, () => request));
  const sockets: Socket[] = [];
  let responses = 0;
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined);
  try {
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        const socket = connect({ port, host: "127.0.0.1", noDelay: true });
        sockets.push(socket);
        socket.on("error", fail).on("close", () => fail(new Error("a connection ended under load")));
        await Promise.race([failed, new Promise<void>((done) => socket.once("connect", done))]);
        let rest = "";
        let owed = 0;
        socket.on("data", (data) => {
          const text = rest + data.toString("latin1");
          let at = text.indexOf(HEAD);
          for (; at >= 0 && at + ACCEPTED.length <= text.length; at = text.indexOf(HEAD, at + ACCEPTED.length)) {
            if (!text.startsWith(ACCEPTED, at)) return fail(new Error(text.slice(at, at + 300)));
            responses++;
            owed++;
          }
          rest = at >= 0 ? text.slice(at) : text.slice(1 - HEAD.length);
          for (; owed >= DEPTH / 2; owed -= DEPTH / 2) socket.write(refill);
        });
        socket.write(refill);
        socket.write(refill);
      }),
    );
    const begun = performance.now();
    const before = responses;
    await Promise.race([failed, new Promise((done) => setTimeout(done, milliseconds))]);
    return ((responses - before) * 1000) / (performance.now() - begun);
  } finally {
    for (const socket of sockets) socket.removeAllListeners("close").destroy();
  }
}
