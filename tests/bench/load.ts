import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
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

/** The path of one of the two programs; a missing one is an error that says what to install. */
function pathOf(name: string): string {
  const program = findProgram({ title: name, name, variable: `${name.toUpperCase()}_PATH` });
  if (program.path === undefined) throw new Error(program.missing);
  return program.path;
}

function workFolder(name: string): string {
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

/**
 * Sends requests in turn by wrk with one thread, over so many connections, for whole seconds, each as soon as the one before on its
 * connection has its response. Returns how many were answered. Rejects if one was not, or with an error.
 */
export async function saturate(
  port: number,
  requests: Buffer[],
  connections: number,
  seconds: number,
): Promise<number> {
  const folder = workFolder("wrk");
  try {
    const script = join(folder, "requests.lua");
    writeFileSync(
      script,
      `local requests = {${requests.map(luaText).join(",\n")}}
local at = 0
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("\\nanswered=%d failed=%d\\n", summary.requests, failed))
end
`,
    );
    const args = ["--threads", "1", "--connections", String(connections), "--duration", `${seconds}s`];
    const { stdout } = await promisify(execFile)(pathOf("wrk"), [
      ...args,
      ...["--timeout", "10s", "--script", script, `http://127.0.0.1:${port}/`],
    ]);
    const [, answered, failed] = /answered=(\d+) failed=(\d+)/.exec(stdout) ?? [];
    if (!Number(answered) || Number(failed)) throw new Error(`wrk: ${failed} of ${answered} requests failed`);
    return Number(answered);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const luaText = (bytes: Buffer): string =>
  `"${bytes.toString("latin1").replace(/[\\"\n\r\0]/g, (one) => `\\${String(one.charCodeAt(0)).padStart(3, "0")}`)}"`;
