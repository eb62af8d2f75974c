import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./plugins.ts";

/** The library file with the allocator, and the line of its `freeBlock` behind which the fill goes. */
const ALLOCATOR = "rt/tlsf";
const MARKED_FREE = "  block.mmInfo = block.mmInfo | FREE;\n";

/** Fills the payload of a block with 0xEE before the block goes to a list of free ones. */
const FILL = "  memory.fill(changetype<usize>(block) + BLOCK_OVERHEAD, 0xee, block.mmInfo & ~TAGS_MASK);\n";

/** What the poisoned build is compiled with beside the options of a release: the host calls `__collect`. Little is optimized. */
export const POISONED_OPTIONS = ["--exportRuntime", "--optimizeLevel", "1", "--shrinkLevel", "0"];

/**
 * AssemblyScript's allocator with one more line: a freed block is overwritten, so that a later read of it is visible.
 * Throws where the installed version has another allocator.
 */
export function poisonedLibrary(): Record<string, string> {
  const source = readFileSync(join(root, `node_modules/assemblyscript/std/assembly/${ALLOCATOR}.ts`), "utf8");
  const parts = source.split(`export function freeBlock(`);
  if (parts.length !== 2 || !parts[1].includes(MARKED_FREE))
    throw new Error(`poison: freeBlock of ${ALLOCATOR} changed`);
  const poisoned = parts[1].replace(MARKED_FREE, MARKED_FREE + FILL);
  return { [ALLOCATOR]: `${parts[0]}export function freeBlock(${poisoned}` };
}
