// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { dieWithParent } from "../harness/envoy-process.ts";
import type { FoundProgram } from "../harness/find-program.ts";

const root = resolve(import.meta.dirname, "../..");
const BIN = join(root, ".tools/agents/node_modules/.bin");
/** An agent that has not ended after so many milliseconds is killed. */
const TIMEOUT_MS = 180_000;
/** Nobody listens there: what an agent wants from anywhere but this machine fails at once. */
const NOWHERE = "http://127.0.0.1:9";

/** What an agent has done. */
export interface AgentRun {
  /** The code with which it ended; null if it was killed. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Finds the agents that `make agents` installs. */
export function findAgents(): FoundProgram {
  const isInstalled = existsSync(join(root, ".tools/agents/installed"));
  return isInstalled ? { path: BIN } : { missing: "no Claude Code and no Codex: run make agents" };
}

/** A folder for one agent, with a file `note.txt`, and a home beside it; `remove` removes both. */
export class Workplace {
  readonly folder: string;
  readonly home: string;
  private readonly parent: string;

  constructor(note: string) {
    const temporary = join(root, "tests/.tmp");
    mkdirSync(temporary, { recursive: true });
    this.parent = mkdtempSync(join(temporary, "agent-"));
    this.folder = join(this.parent, "work");
    this.home = join(this.parent, "home");
    mkdirSync(this.folder);
    mkdirSync(this.home);
    writeFileSync(this.note, note);
  }

  /** The path of the file. */
  get note(): string {
    return join(this.folder, "note.txt");
  }

  /** Runs an agent in the folder, with no other variables of the environment than these and a path. */
  async run(program: string, args: string[], variables: Record<string, string>): Promise<AgentRun> {
    const proxies = { HTTP_PROXY: NOWHERE, HTTPS_PROXY: NOWHERE, http_proxy: NOWHERE, https_proxy: NOWHERE };
    const env = { PATH: process.env.PATH, HOME: this.home, NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1", ...proxies };
    const child = spawn(join(BIN, program), args, {
      cwd: this.folder,
      env: { ...env, ...variables } as unknown as NodeJS.ProcessEnv,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const release = dieWithParent(child);
    const run: AgentRun = { code: null, stdout: "", stderr: "" };
    child.stdout.on("data", (data: Buffer) => (run.stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (run.stderr += data.toString()));
    const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
    run.code = await new Promise((done, failed) => child.once("close", done).once("error", failed));
    clearTimeout(timer);
    release();
    return run;
  }

  remove(): void {
    rmSync(this.parent, { recursive: true, force: true });
  }
}
