import { leb, Reader } from "./binary.ts";

/** The bodies of a code section: the locals and the instructions of each function. */
export function bodiesOf(code: Uint8Array): Uint8Array[] {
  const reader = new Reader(code);
  return Array.from({ length: reader.leb() }, () => reader.take(reader.leb()));
}

/** The code section with these bodies. */
export function codeOf(bodies: Uint8Array[]): Uint8Array {
  return Buffer.concat([leb(bodies.length), ...bodies.flatMap((body) => [leb(body.length), body])]);
}

/** Moves the reader of a body to its first instruction: behind the groups of locals, each a count and a type of one byte. */
export function skipLocals(reader: Reader): void {
  for (let groups = reader.leb(); groups > 0; groups--) {
    reader.leb();
    reader.byte();
  }
}
