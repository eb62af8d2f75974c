import { leb, Reader, signedLeb } from "../wasm/binary.ts";
import { compressed } from "./compressed.ts";
import {
  contentOf,
  DATA_COUNT_SECTION,
  DATA_SECTION,
  MEMORY_SECTION,
  sectionsOf,
  withSections,
} from "../wasm/sections.ts";
import { MODEL_BYTES } from "./tokens.ts";

/** The AssemblyScript file that writes the data to its place. It is compiled before the entry. */
export const UNPACK = "assembly/abi/unpack.ts";

const PAGE_BYTES = 65_536;

/** The bytes behind the tokens: the addresses of the first byte of the data and of the end, and the size of the tokens and this. */
const FOOTER_BYTES = 12;

/**
 * Compresses the static data of a module that was compiled with `UNPACK`. Its code stays as it is. The tokens (`compressed`) and the
 * footer are at the end of the memory that the module begins with; before them is room for the chances. All of it is cleared
 * afterwards. Throws an error for a data segment that is not at a fixed address.
 */
export function packed(module: Uint8Array): Uint8Array {
  const sections = sectionsOf(module);
  const [memory, data] = [contentOf(sections, MEMORY_SECTION), contentOf(sections, DATA_SECTION)];
  if (!memory || !data) return module;
  const { start, bytes } = imageOf(data);
  const tokens = compressed(new Uint16Array(bytes.buffer, 0, bytes.length / 2));
  const blob = Buffer.concat([tokens, Buffer.alloc(FOOTER_BYTES)]);
  blob.writeUInt32LE(start, tokens.length);
  blob.writeUInt32LE(start + bytes.length, tokens.length + 4);
  blob.writeUInt32LE(blob.length, tokens.length + 8);
  const limits = new Reader(memory);
  const [count, flags, firstPages] = [limits.leb(), limits.byte(), limits.leb()];
  const pages = Math.max(firstPages, Math.ceil((start + bytes.length + MODEL_BYTES + blob.length) / PAGE_BYTES));
  return withSections(module, sections, {
    [MEMORY_SECTION]: Buffer.concat([leb(count), Buffer.from([flags]), leb(pages), limits.rest()]),
    [DATA_COUNT_SECTION]: leb(1),
    [DATA_SECTION]: oneSegment(pages * PAGE_BYTES - blob.length, blob),
  });
}

function oneSegment(at: number, bytes: Uint8Array): Uint8Array {
  const [flags, i32Const, end] = [0, 0x41, 0x0b];
  return Buffer.concat([
    leb(1),
    Buffer.from([flags, i32Const]),
    signedLeb(at),
    Buffer.from([end]),
    leb(bytes.length),
    bytes,
  ]);
}

/** The bytes of all segments as they are in memory, from an even address on and with an even length. */
function imageOf(section: Uint8Array): { start: number; bytes: Uint8Array } {
  const reader = new Reader(section);
  const segments = Array.from({ length: reader.leb() }, () => {
    if (reader.byte() !== 0 || reader.byte() !== 0x41)
      throw new Error("pack: a data segment is not at a fixed address");
    const at = reader.leb();
    reader.byte();
    return { at, bytes: reader.take(reader.leb()) };
  });
  const start = Math.min(...segments.map(({ at }) => at)) & ~1;
  const end = (Math.max(...segments.map(({ at, bytes }) => at + bytes.length)) + 1) & ~1;
  const bytes = new Uint8Array(end - start);
  for (const segment of segments) bytes.set(segment.bytes, segment.at - start);
  return { start, bytes };
}
