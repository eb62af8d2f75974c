import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "../plugins.ts";
import { installGoProgram } from "../go-program.ts";

/** https://github.com/google/go-containerregistry/tree/main/cmd/crane */
const VERSION = "v0.22.1";
const MODULE = `github.com/google/go-containerregistry/cmd/crane@${VERSION}`;

/** Installs crane into .tools if it is missing, and returns its path; throws an error of one line if Go is missing or fails. */
export const installCrane = (): string => installGoProgram(MODULE, join(root, `.tools/crane-${VERSION}`));

/** Runs crane; throws an error of one line, which begins with `failure`, if it fails. */
export async function crane(failure: string, ...args: string[]): Promise<void> {
  const child = spawn(installCrane(), args, { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise<number | null>((done, fail) => void child.once("close", done).once("error", fail));
  const [output, status] = await Promise.all([textOf(child.stderr), ended]);
  if (status !== 0) throw new Error(`${failure}: ${reason(output)}`);
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const piece of stream) text += String(piece);
  return text;
}

/** The last line that crane prints says why it failed. */
function reason(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  return (lines.at(-1) ?? "crane failed").replace(/^Error: /, "");
}
