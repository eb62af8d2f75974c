import { createServer } from "node:net";

/** Resolves with whether a server could listen there; on any address unless one is named. */
export function isFree(port: number, address = "0.0.0.0"): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, address, () => server.close(() => resolve(true)));
  });
}

/**
 * Resolves with a port that was free a moment ago. It is none of those that a system gives to clients (32768 and above on
 * Linux), which are often taken again before a server has them.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    if (await isFree(port)) return port;
  }
  throw new Error("no free port between 15000 and 30000");
}
