import { createServer, type AddressInfo } from "node:net";

/** Resolves with whether nobody listens on the port, on any address. */
export function isFree(port: number): Promise<boolean> {
  return listenOnce(port, "0.0.0.0").then(
    () => true,
    () => false,
  );
}

/** Resolves with a loopback port that was free a moment ago. */
export const freePort = (): Promise<number> => listenOnce(0, "127.0.0.1");

function listenOnce(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, host, () => {
      const taken = (server.address() as AddressInfo).port;
      server.close(() => resolve(taken));
    });
  });
}
