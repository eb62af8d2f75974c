// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { installCrane } from "../../tools/image/crane.ts";
import { dieWithParent } from "./envoy-process.ts";

/** An OCI registry on a free loopback port. */
export interface Registry {
  /** `127.0.0.1:PORT` */
  host: string;
  stop(): Promise<void>;
}

/** Starts crane's registry, which keeps images in memory. */
export async function startRegistry(): Promise<Registry> {
  const child = spawn(installCrane(), ["registry", "serve", "--address", "127.0.0.1:0"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const release = dieWithParent(child);
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  const port = await new Promise<string>((done, fail) => {
    let text = "";
    child.once("exit", () => fail(new Error(`the registry ended: ${text}`)));
    child.stderr.on("data", (piece: Buffer) => {
      text = `${text}${piece}`.slice(-4096);
      const port = /serving on port (\d+)/.exec(text)?.[1];
      if (port) done(port);
    });
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
    release();
  };
  return { host: `127.0.0.1:${port}`, stop };
}

/** What a server sends in the place of a registry's response. */
export type Change = (path: string, body: Buffer) => { status?: number; body: Buffer };

/** Starts a server in front of a registry that changes the responses. */
export async function startChangedRegistry(host: string, change: Change): Promise<Registry> {
  const server = createServer((request, response) => {
    void (async () => {
      const answer = await fetch(`http://${host}${request.url}`, { method: request.method });
      const body = Buffer.from(await answer.arrayBuffer());
      const changed = change(request.url ?? "", body);
      const type = answer.headers.get("content-type") ?? "application/octet-stream";
      response.writeHead(changed.status ?? answer.status, { "content-type": type }).end(changed.body);
    })();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const stop = () => new Promise<void>((done) => (server.closeAllConnections(), server.close(() => done())));
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}
