import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesIn } from "../files.ts";
import { root } from "../plugins.ts";
import type { Check } from "./check.ts";

/** Raw memory access: loads and stores, those of one type too, the heap, blocks and static data, and unchecked casts. */
const UNSAFE =
  /\b(?:load|store)<|\b(?:[iuf](?:32|64)|v128)\.(?:load|store)|\bchangetype<|\bheap\.|\b__(?:alloc|realloc|free|new|renew)\(|\bmemory\.(?:data|copy|fill|repeat|compare)\b/;

/** The folders that may access raw memory: all other code uses their exports. */
const FOLDERS = ["assembly/abi/", "assembly/bytes/", "assembly/json/"];

/** Single files that may access raw memory, each with its reason. */
const FILES: Record<string, string> = {
  "assembly/pattern/automaton.ts": "a state's address leads to the next state for each character",
  "assembly/pattern/literal-set.ts": "one load for each byte of a text: with an index the search is 15 % slower",
  "assembly/pattern/program.ts": "instructions that the automaton and the simulation read by address",
  "assembly/pattern/simulation.ts": "threads and slots for each character, in one block of memory",
  "assembly/pattern/state-cache.ts": "states and their successors, in one block of memory",
  "assembly/sse/decoder.ts": "looks for line ends sixteen bytes at a time",
};

/** Only the lowest layers of the kernel, and the inner loops of the matchers, access raw memory. */
export const unsafeCode: Check = {
  name: "only assembly/{abi,bytes,json} access raw memory",
  run: () => {
    const files = [...filesIn("assembly", ".ts"), ...filesIn("plugins", ".ts")];
    const faulty = files.filter((file) => !FOLDERS.some((folder) => file.startsWith(folder))).map(unsafeLines);
    const unused = Object.keys(FILES).filter((file) => !files.includes(file) || unsafeLines(file).length === 0);
    return [
      ...faulty.flat().filter((line) => !FILES[line.split(":")[0]]),
      ...unused.map((file) => `${file} needs no exception in tools/lint/unsafe-code.ts`),
    ];
  },
};

function unsafeLines(file: string): string[] {
  return readFileSync(join(root, file), "utf8")
    .split("\n")
    .flatMap((line, index) => (isUnsafe(line) ? [`${file}:${index + 1} touches raw memory`] : []));
}

/** Whether a line of code accesses raw memory; comments are ignored. */
export function isUnsafe(line: string): boolean {
  return UNSAFE.test(line.replace(/^\s*(?:\/?\*|\/\/).*$/, "").replace(/\s\/\/ .*$/, ""));
}
