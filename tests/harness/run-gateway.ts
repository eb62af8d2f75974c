// SPDX-License-Identifier: Apache-2.0
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** Runs `make run` without make, with only these of its variables. */
export function run(env: Record<string, string>): ChildProcessWithoutNullStreams {
  const { DASHSCOPE_API_KEY, OPENAI_API_KEY, AZURE_OPENAI_API_KEY, AZURE_SERVICE_URL, ...others } = process.env;
  for (const name of [
    "MOONSHOT_API_KEY",
    "DEEPSEEK_API_KEY",
    "OPENAI_BASE_URL",
    "DEFAULT_AI_SERVICE",
    "ENGINE",
    "PROVIDER",
    "API_KEY",
    "REDIS_URL",
  ]) {
    delete others[name];
  }
  return spawn(process.execPath, ["--import", "tsx", "tools/run.ts"], { cwd: root, env: { ...others, ...env } });
}

/** The whole output of a process, and its exit code. */
export async function outcome(child: ChildProcessWithoutNullStreams): Promise<{ code: number | null; said: string }> {
  let said = "";
  child.stdout.on("data", (data) => (said += data));
  child.stderr.on("data", (data) => (said += data));
  const code = await new Promise<number | null>((done) => child.once("close", done));
  return { code, said };
}

/** Resolves with the output of the process as soon as it matches. */
export function says(child: ChildProcessWithoutNullStreams, pattern: RegExp): Promise<string> {
  return new Promise((done, fail) => {
    let said = "";
    const onData = (data: Buffer): void => {
      said += data.toString();
      if (pattern.test(said)) done(said);
    };
    child.stdout.on("data", onData);
    child.stderr.on("data", onData);
    child.once("close", () => fail(new Error(`it ended and had said:\n${said}`)));
  });
}
