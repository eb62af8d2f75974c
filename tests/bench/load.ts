import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dieWithParent } from "../harness/envoy-process.ts";
import { findProgram } from "../harness/find-program.ts";
import { freePort } from "../../tools/gateway/ports.ts";
import { Connection, get } from "./client.ts";
import { paced, serveRaw, type Pace, type Responder, type Upstream } from "./upstream.ts";

/** A response that is the same for every request. */
export interface WholeResponse {
  contentType: string;
  body: string;
}

const START_TIMEOUT_MS = 5000;

/** The path of wrk or nginx; a missing one is an error that says what to install. */
export function pathOf(name: string): string {
  const program = findProgram({ title: name, name, variable: `${name.toUpperCase()}_PATH` });
  if (program.path === undefined) throw new Error(program.missing);
  return program.path;
}

/** A new folder for what one process reads and writes. */
export function workFolder(name: string): string {
  const parent = resolve(import.meta.dirname, "../.tmp");
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, `${name}-`));
}

/** What an upstream sends: a stream, a response that is always the same, or anything else. */
export type Served = Pace | WholeResponse | Responder;

/** Serves a response that is always the same by nginx, and anything else by Node, on a free loopback port. */
export function serve(what: Served): Promise<Upstream> {
  if (typeof what === "function") return serveRaw(what);
  return "event" in what ? serveRaw(paced(what)) : serveWhole(what);
}

/**
 * Serves one response on a free loopback port by nginx with one worker, which takes about 8 µs a request. A connection is never closed
 * before its client closes it.
 */
export async function serveWhole({ contentType, body }: WholeResponse): Promise<Upstream> {
  const folder = workFolder("nginx");
  const port = await freePort();
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  writeFileSync(join(folder, "body"), body);
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; master_process off; pid ${folder}/pid; error_log /dev/null;
events { worker_connections 2048; }
http {
  access_log off; keepalive_requests 2000000000; keepalive_timeout 3600; client_max_body_size 0; default_type ${contentType};
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")}
  server { listen 127.0.0.1:${port}; location / { return 200 ${quoted(body)}; } }
}`,
  );
  const child = spawn(pathOf("nginx"), ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "/dev/null"], {
    stdio: "ignore",
  });
  const release = dieWithParent(child, folder);
  const exited = new Promise<void>((done) => child.once("exit", () => done()).once("error", () => done()));
  const close = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
    release();
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await responds(port))) {
    if (Date.now() > deadline || child.exitCode !== null) {
      await close();
      throw new Error("nginx did not start");
    }
    await sleep(20);
  }
  return { port, close };
}

/** A text of nginx's configuration; a `$` would begin a variable. */
function quoted(text: string): string {
  if (text.includes("$")) throw new Error("nginx would replace what begins with a $");
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}

async function responds(port: number): Promise<boolean> {
  try {
    const connection = await Connection.open(port);
    await connection.exchange(get("/", {}));
    connection.close();
    return true;
  } catch {
    return false;
  }
}
