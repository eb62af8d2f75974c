// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { resolve } from "node:path";

/** How a command ended, and the lines that it printed. */
export interface Outcome {
  status: number | null;
  lines: string[];
  errors: string[];
}

const root = resolve(import.meta.dirname, "../..");

/** Runs a script of tools/ as `make` does, with further environment variables. */
export async function runTool(script: string, args: string[], variables: Record<string, string>): Promise<Outcome> {
  const env = { ...process.env, ...variables };
  const child = spawn(process.execPath, ["--import", "tsx", script, ...args], { cwd: root, env });
  const ended = new Promise<number | null>((done) => void child.once("close", done));
  const [lines, errors, status] = await Promise.all([linesOf(child.stdout), linesOf(child.stderr), ended]);
  return { status, lines, errors };
}

async function linesOf(stream: NodeJS.ReadableStream): Promise<string[]> {
  let text = "";
  for await (const piece of stream) text += String(piece);
  return text.split("\n").filter(Boolean);
}
