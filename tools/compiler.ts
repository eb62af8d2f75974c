import { Worker } from "node:worker_threads";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";

/** The version of the installed AssemblyScript compiler. */
export const version: string = createRequire(import.meta.url)("assemblyscript/package.json").version;

// Plain JavaScript, because it runs in a thread without tsx: tsx takes six seconds to rewrite the compiler's sources.
const THREAD = `
  const { parentPort } = require("node:worker_threads");
  const loaded = import("assemblyscript/asc");
  // The shrink level is for the optimizer: at level 1 the library itself joins strings in quadratic time.
  class FastLibrary {
    afterParse() {
      this.program.options.shrinkLevelHint = 0;
    }
  }
  const { readFile } = require("node:fs/promises");
  const { resolve } = require("node:path");
  parentPort.on("message", async ({ args, texts, library }) => {
    const asc = (await loaded).default;
    const original = { ...asc.libraryFiles };
    Object.assign(asc.libraryFiles, library);
    const messages = asc.createMemoryStream();
    const read = (file, folder) => texts[file] ?? readFile(resolve(folder, file), "utf8").catch(() => null);
    const io = { stdout: messages, stderr: messages, readFile: read };
    const { error } = await asc.main(args, { ...io, transforms: [FastLibrary] });
    Object.assign(asc.libraryFiles, original);
    parentPort.postMessage(error ? messages.toString().trim() || error.message : null);
  });`;

interface Run {
  args: string[];
  texts: Record<string, string>;
  library: Record<string, string>;
}

/** The number of compilers that run at the same time; each takes half a gigabyte. */
export const COMPILERS = Math.min(4, availableParallelism());

const idle: Worker[] = [];
const waiting: (() => void)[] = [];
let running = 0;

/**
 * Runs `asc` with these arguments in a thread that stays warm, at most `COMPILERS` at a time. Returns the compiler's message if the source
 * is wrong, null if it compiled. `texts` replaces files, by their path from the base directory, and `library` replaces files of the
 * standard library, such as `rt/tlsf`. An idle thread does not keep the process alive.
 */
export async function runCompiler(
  args: string[],
  texts: Record<string, string> = {},
  library: Record<string, string> = {},
): Promise<string | null> {
  if (running === COMPILERS) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  try {
    return await runIn(idle.pop() ?? new Worker(THREAD, { eval: true, execArgv: [] }), { args, texts, library });
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

/** A thread that fails is not used again. */
function runIn(worker: Worker, run: Run): Promise<string | null> {
  worker.ref();
  return new Promise<string | null>((resolve, reject) => {
    const done = (message: string | null) => {
      worker.off("error", reject).unref();
      idle.push(worker);
      resolve(message);
    };
    worker.once("message", done).once("error", reject).postMessage(run);
  });
}
