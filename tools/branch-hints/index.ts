import { leb } from "../wasm/binary.ts";
import { bodiesOf } from "../wasm/functions.ts";
import { importedFunctions } from "../wasm/imported-functions.ts";
import { CODE_SECTION, contentOf, IMPORT_SECTION, sectionsOf, withCustomSection } from "../wasm/sections.ts";
import { branchesOf } from "./branches.ts";
import { counting } from "./counting.ts";

/** Runs usual traffic through a module that counts its branches, and counts them. */
export type Training = (module: Uint8Array, count: Counter) => void;
export type Counter = (branch: number, isTaken: boolean) => void;

/** The name of the section. https://webassembly.github.io/branch-hinting/core/appendix/custom.html */
export const SECTION = "metadata.code.branch_hint";

/** A branch is hinted if it goes one way in all cases but these. */
const RARE = 1 / 20;

/** A branch that runs less often while a module is trained has no hint: its code is hardly ever waited for. */
const LEAST_RUNS = 32;

/** How often a branch was taken, and how often not. */
interface Count {
  taken: number;
  passed: number;
}

/**
 * Tells V8 which way branches usually go (docs/decisions/0026): it puts what rarely runs behind the rest of a function. A copy of the
 * module counts while it is trained. `last` changes the module itself: code that is never reached would not stay in what `counting`
 * writes. It may add branches whose condition is the constant 0, and functions without branches at the end.
 */
export async function withBranchHints(
  original: Uint8Array,
  train: Training,
  last: (module: Uint8Array) => Uint8Array = (module) => module,
): Promise<Uint8Array> {
  const { module, copy } = await counting(original);
  const counts: Count[] = [];
  train(copy, (branch, isTaken) => {
    const count = (counts[branch] ??= { taken: 0, passed: 0 });
    if (isTaken) count.taken++;
    else count.passed++;
  });
  const changed = last(module);
  return withCustomSection(changed, SECTION, hintsOf(changed, counts), CODE_SECTION);
}

/** The content of the section: for each function with hints its index, and for each hint its place and 1 if the branch is usually taken. */
function hintsOf(module: Uint8Array, counts: Count[]): Uint8Array {
  const sections = sectionsOf(module);
  const imported = importedFunctions(contentOf(sections, IMPORT_SECTION));
  const functions: Uint8Array[] = [];
  let branch = 0;
  for (const [index, body] of bodiesOf(contentOf(sections, CODE_SECTION) ?? leb(0)).entries()) {
    const hints = branchesOf(body).flatMap((at) => {
      const hint = hintOf(counts[branch++]);
      return hint === undefined ? [] : [Buffer.concat([leb(at), leb(1), leb(hint)])];
    });
    if (hints.length > 0) functions.push(Buffer.concat([leb(imported + index), leb(hints.length), ...hints]));
  }
  return Buffer.concat([leb(functions.length), ...functions]);
}

function hintOf(count: Count | undefined): 0 | 1 | undefined {
  if (!count || count.taken + count.passed < LEAST_RUNS) return undefined;
  const { taken, passed } = count;
  const few = (taken + passed) * RARE;
  return taken <= few ? 0 : passed <= few ? 1 : undefined;
}
