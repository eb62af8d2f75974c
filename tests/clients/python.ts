// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const python = fileURLToPath(new URL("../../.venv/bin/python", import.meta.url));

/** Runs a script of `tests/clients/python` with JSON on its standard input; returns the JSON that it prints. */
export async function runPython<T>(script: string, input: unknown): Promise<T> {
  const path = fileURLToPath(new URL(`./python/${script}`, import.meta.url));
  const child = spawn(python, [path], { stdio: ["pipe", "pipe", "pipe"], env: { PATH: process.env.PATH } });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => output.push(piece));
  child.stderr.on("data", (piece: Buffer) => errors.push(piece));
  child.stdin.end(JSON.stringify(input));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${Buffer.concat(errors).toString()}`);
  return JSON.parse(Buffer.concat(output).toString()) as T;
}
