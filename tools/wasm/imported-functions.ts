import { Reader } from "./binary.ts";

const [FUNCTION, GLOBAL] = [0, 3];

/** How many functions an import section has. Throws an error for what no module of ours imports. */
export function importedFunctions(section: Uint8Array | undefined): number {
  if (!section) return 0;
  const reader = new Reader(section);
  let functions = 0;
  for (let left = reader.leb(); left > 0; left--) {
    reader.take(reader.leb());
    reader.take(reader.leb());
    const kind = reader.byte();
    if (kind === FUNCTION) functions++;
    else if (kind !== GLOBAL) throw new Error("a module imports a table or a memory");
    // The index of a type, or the type and the mutability of a global.
    reader.leb();
    if (kind === GLOBAL) reader.byte();
  }
  return functions;
}
