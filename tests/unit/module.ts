import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, utimesSync } from "node:fs";
import { join, resolve } from "node:path";
import { runCompiler } from "../../tools/compiler.ts";

const root = resolve(import.meta.dirname, "../..");
const CONFIG = "tests/unit/assembly/asconfig.json";
const PAGE_BYTES = 65536;

/** The exports of a module under tests/unit/assembly, by name; addresses, sizes and truth values are numbers. */
export type Exports = Record<string, (...args: (number | bigint)[]) => number>;

/** A compiled and started module whose memory the test writes directly. */
export interface TestModule {
  exports: Exports;
  memory: WebAssembly.Memory;
  /** Writes bytes at the very end of memory, so that reading beyond them traps, and returns their address. */
  put(bytes: Uint8Array): number;
  /** The bytes at the module's `outStart` and `outSize`. */
  out(): Buffer;
}

/** Compiles tests/unit/assembly/`name`.ts into build/tests if it is out of date, and starts it; an abort becomes an exception. */
export async function loadModule(name: string): Promise<TestModule> {
  const entry = `tests/unit/assembly/${name}.ts`;
  const outFile = join(root, `build/tests/${name}.wasm`);
  if (!isUpToDate(outFile)) {
    mkdirSync(join(root, "build/tests"), { recursive: true });
    // Tests run in parallel: no test may read an incomplete file.
    const ownFile = `build/tests/${name}.${process.pid}.wasm`;
    const started = new Date();
    const message = await runCompiler([entry, "--config", CONFIG, "--outFile", ownFile, "--baseDir", root]);
    if (message) throw new Error(`${entry} does not compile\n${message}`);
    // A file that was saved in the meantime is newer.
    utimesSync(join(root, ownFile), started, started);
    renameSync(join(root, ownFile), outFile);
  }
  return start(readFileSync(outFile));
}

function isUpToDate(outFile: string): boolean {
  if (!existsSync(outFile)) return false;
  const built = statSync(outFile).mtimeMs;
  const sources = ["assembly", "plugins", "tests/unit/assembly"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  );
  return [...sources, "package-lock.json"].every((file) => statSync(join(root, file)).mtimeMs < built);
}

async function start(wasm: BufferSource): Promise<TestModule> {
  const { instance } = await WebAssembly.instantiate(wasm, {
    env: {
      abort: (_message: number, _file: number, line: number, column: number) => {
        throw new Error(`abort at ${line}:${column}`);
      },
    },
  });
  const exports = instance.exports as unknown as Exports;
  const memory = instance.exports.memory as WebAssembly.Memory;
  let endPages = 0;
  let endBytes = 0;
  return {
    exports,
    memory,
    put(bytes) {
      const room = Math.ceil((bytes.length + 1) / PAGE_BYTES);
      // These pages belong to the host: the module's allocator does not use them.
      if (endPages < room || memory.buffer.byteLength !== endBytes) {
        memory.grow(room);
        endPages = room;
        endBytes = memory.buffer.byteLength;
      }
      const address = memory.buffer.byteLength - bytes.length;
      new Uint8Array(memory.buffer).set(bytes, address);
      return address;
    },
    out() {
      return Buffer.from(memory.buffer.slice(exports.outStart!(), exports.outStart!() + exports.outSize!()));
    },
  };
}
