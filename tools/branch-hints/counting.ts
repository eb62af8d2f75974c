import { usedFeatures } from "../optimizer.ts";
import { leb, Reader, signedLeb } from "../wasm/binary.ts";
import { bodiesOf, codeOf } from "../wasm/functions.ts";
import { importedFunctions } from "../wasm/imported-functions.ts";
import { CODE_SECTION, contentOf, IMPORT_SECTION, sectionsOf, withSections } from "../wasm/sections.ts";
import { branchesOf } from "./branches.ts";

/** The name of the function that the counting module imports from `env`: `(condition, branch) => condition`. */
export const COUNTER = "count_branch";

const [I32_CONST, CALL] = [0x41, 0x10];

/** A module, and a copy of it that calls `COUNTER` before each conditional branch: branches have numbers, in their order. */
export interface Counting {
  module: Uint8Array;
  copy: Uint8Array;
}

/** Writes the copy. The module itself is written anew, so that both have their branches at the same places of their order. */
export async function counting(original: Uint8Array): Promise<Counting> {
  const { default: binaryen } = await import("binaryen");
  const parsed = binaryen.readBinary(original);
  try {
    parsed.setFeatures(usedFeatures(binaryen));
    // The names of functions stay where there are any.
    binaryen.setDebugInfo(true);
    const module = parsed.emitBinary();
    const { i32, createType } = binaryen;
    parsed.addFunctionImport(COUNTER, "env", COUNTER, createType([i32, i32]), i32);
    return { module, copy: withCalls(parsed.emitBinary()) };
  } finally {
    parsed.dispose();
  }
}

/** Inserts the calls. The counter is the last function that the module imports. */
function withCalls(module: Uint8Array): Uint8Array {
  const sections = sectionsOf(module);
  const code = contentOf(sections, CODE_SECTION);
  if (!code) return module;
  const counter = importedFunctions(contentOf(sections, IMPORT_SECTION)) - 1;
  const call = Buffer.concat([Buffer.from([CALL]), leb(counter)]);
  let number = 0;
  const bodies = bodiesOf(code).map((body) => {
    const reader = new Reader(body);
    const parts = branchesOf(body).flatMap((at) => [
      reader.take(at - reader.position),
      Buffer.from([I32_CONST]),
      signedLeb(number++),
      call,
    ]);
    return Buffer.concat([...parts, reader.rest()]);
  });
  return withSections(module, sections, { [CODE_SECTION]: codeOf(bodies) });
}
