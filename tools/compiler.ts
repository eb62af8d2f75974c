import { Worker } from "node:worker_threads";
import { createRequire } from "node:module";

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

let thread: Worker | undefined;
let queue: Promise<unknown> = Promise.resolve();

/**
 * Runs `asc` with these arguments in a thread that stays warm, one run after the other. Returns the compiler's
 * message if the source is wrong, null if it compiled. `texts` replaces files, by their path from the base
 * directory, and `library` replaces files of the standard library, such as `rt/tlsf`. The idle thread does not keep the
 * process alive.
 */
export function runCompiler(
  args: string[],
  texts: Record<string, string> = {},
  library: Record<string, string> = {},
): Promise<string | null> {
  const result = queue.then(() => runNow({ args, texts, library }));
  queue = result.catch(() => undefined);
  return result;
}

function runNow(run: {
  args: string[];
  texts: Record<string, string>;
  library: Record<string, string>;
}): Promise<string | null> {
  const worker = (thread ??= new Worker(THREAD, { eval: true, execArgv: [] }));
  worker.ref();
  return new Promise<string | null>((resolve, reject) => {
    const settle = (message: string | null, error?: Error) => {
      worker.off("message", settle).off("error", fail).unref();
      if (error) reject(error);
      else resolve(message);
    };
    const fail = (error: Error) => {
      thread = undefined;
      settle(null, error);
    };
    worker.on("message", settle).on("error", fail).postMessage(run);
  });
}
