import { gunzipSync, gzipSync } from "node:zlib";

/** A file in an archive. */
export interface ArchiveFile {
  name: string;
  bytes: Buffer;
}

const BLOCK = 512;

/** Returns a tar archive (ustar) of the files. It has no times, owners or other facts of the machine. */
export function tar(files: ArchiveFile[]): Buffer {
  const entries = files.flatMap(({ name, bytes }) => [
    header(name, bytes.length),
    bytes,
    Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK),
  ]);
  return Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]);
}

// The fields and their offsets: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html, "ustar Interchange Format".
function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
  block.write(name, 0, 100);
  block.write(octal(0o644, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(0, 11), 136);
  block.write("        0", 148);
  block.write("ustar\x0000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** The most bytes of a stored block: https://www.rfc-editor.org/rfc/rfc1951#section-3.2.4. */
const STORED = 0xffff;

/**
 * Returns a gzip file that stores the bytes without compression. What zlib makes of the same bytes depends on its version and
 * on the CPU; the digest of an image must not.
 */
export function gzip(bytes: Buffer): Buffer {
  const blocks: Buffer[] = [];
  for (let start = 0; start === 0 || start < bytes.length; start += STORED) {
    const piece = bytes.subarray(start, start + STORED);
    const head = Buffer.alloc(5);
    head[0] = start + STORED >= bytes.length ? 1 : 0;
    head.writeUInt16LE(piece.length, 1);
    head.writeUInt16LE(~piece.length & 0xffff, 3);
    blocks.push(head, piece);
  }
  // The trailer, CRC-32 and length, is the same for every compression.
  const trailer = gzipSync(bytes, { level: 1 }).subarray(-8);
  return Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]), ...blocks, trailer]);
}

/** Returns the first file with this name, in whatever folder, of a compressed archive; `undefined` if there is none. */
export function fileIn(archive: Buffer, name: string): Buffer | undefined {
  const bytes = gunzipSync(archive);
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0;) {
    const text = (start: number, length: number): string => bytes.toString("latin1", at + start, at + start + length);
    const path = text(0, 100).replace(/\0.*$/s, "");
    const size = parseInt(text(124, 12), 8);
    if (!(size >= 0)) return undefined;
    const start = at + BLOCK;
    if (path.split("/").at(-1) === name) return bytes.subarray(start, start + size);
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return undefined;
}
