import { createServer } from "node:net";

/** Resolves with whether a server could listen there; on any address if none is given. */
export function isFree(port: number, address = "0.0.0.0"): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, address, () => server.close(() => resolve(true)));
  });
}

/**
 * Resolves with a port that was free a moment ago, outside of the range that a system assigns to clients (32768 and above on
 * Linux): those ports are often in use again before a server can bind them.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    if (await isFree(port)) return port;
  }
  throw new Error("no free port between 15000 and 30000");
}
