import { ByteBuffer } from "./buffer";
import { escapedLetter, INCOMPLETE } from "./escaped-letter";
import { SecretSet } from "./secret-set";
import { Slice, sliceBetween, sliceEnd, sliceSize, sliceStart } from "./slice";

const ASTERISK: u8 = 0x2a;

/** The state of a search through a text. */
// @ts-ignore: decorator
@unmanaged
class Walk {
  /** The state of the bytes as they are, up to `at`. */
  plain: i32 = 0;
  /** The state of the unescaped letters. */
  unescaped: i32 = 0;
  /** The begin of the letters of `unescaped`. */
  start: usize = 0;
  /** The end of the part that was read. */
  at: usize = 0;
  /** Whether a secret was masked. */
  found: bool = false;
}

const walk = new Walk();

/**
 * Overwrites each secret in a text with asterisks, also where it is escaped as in JSON or in a URL. The length stays the same.
 * Returns whether there was one. Takes linear time.
 */
export function maskSecrets(secrets: SecretSet, text: Slice): bool {
  walk.plain = 0;
  walk.unescaped = 0;
  walk.at = sliceStart(text);
  run(secrets, sliceEnd(text), true);
  return walk.found;
}

/**
 * The position of the search in a text that comes in pieces. It keeps the last bytes if they may be the beginning of a secret:
 * at most as many as the longest form of one has.
 */
// @ts-ignore: decorator
@unmanaged
export class SecretPosition {
  /** The bytes that may be the beginning of a secret. */
  readonly tail: ByteBuffer = new ByteBuffer();
  private plain: i32 = 0;
  private unescaped: i32 = 0;
  private start: i32 = 0;
  private at: i32 = 0;

  /**
   * Masks the secrets in `text`, which is `tail` and the bytes after it; keeps a possible beginning of one as the new `tail`.
   * Returns whether one was masked.
   */
  read(secrets: SecretSet, text: Slice, isLast: bool): bool {
    walk.plain = this.plain;
    walk.unescaped = this.unescaped;
    walk.start = sliceStart(text) + this.start;
    walk.at = sliceStart(text) + this.at;
    const held = run(secrets, sliceEnd(text), isLast);
    this.tail.clear();
    this.tail.append(sliceBetween(held, sliceEnd(text)));
    this.plain = walk.plain;
    this.unescaped = walk.unescaped;
    this.start = walk.unescaped ? <i32>(walk.start - held) : 0;
    this.at = <i32>(walk.at - held);
    return walk.found;
  }

  /** Frees the memory of the tail, and of the position itself. */
  dispose(): void {
    this.tail.dispose();
    heap.free(changetype<usize>(this));
  }
}

/** Searches from `walk.at` on. Returns the address from which on the bytes may be the beginning of a secret. */
function run(secrets: SecretSet, end: usize, isLast: bool): usize {
  walk.found = false;
  let at = walk.at;
  while (at < end) {
    if (!walk.plain && !walk.unescaped) at = secrets.nextStart(at, end);
    if (at == end) break;
    const letter = escapedLetter(at, end, isLast);
    if (letter == INCOMPLETE) break;
    const size = <u32>letter;
    readBytes(secrets, at, at + size);
    readLetter(secrets, at, at + size, <u32>(letter >> 32));
    at += size;
  }
  walk.at = at;
  if (isLast) {
    walk.plain = 0;
    walk.unescaped = 0;
    return end;
  }
  let held = at - secrets.depth(walk.plain);
  if (walk.unescaped) held = min(held, walk.start);
  return held;
}

function readBytes(secrets: SecretSet, from: usize, end: usize): void {
  for (let p = from; p < end; p++) {
    walk.plain = secrets.next(walk.plain, load<u8>(p));
    const matched = secrets.matched(walk.plain);
    if (!matched) continue;
    mask(p + 1 - matched, p + 1);
    if (secrets.isLeaf(walk.plain)) walk.plain = 0;
  }
}

function readLetter(secrets: SecretSet, from: usize, end: usize, letter: u32): void {
  const before = walk.unescaped;
  const now = secrets.next(before, letter);
  walk.unescaped = now;
  if (!now) return;
  const depth = secrets.depth(now);
  walk.start = depth == 1 ? from : after(walk.start, secrets.depth(before) + 1 - depth, end);
  const matched = secrets.matched(now);
  if (!matched) return;
  mask(after(walk.start, depth - matched, end), end);
  if (secrets.isLeaf(now)) walk.unescaped = 0;
}

/** The address after a number of letters. */
function after(start: usize, letters: i32, end: usize): usize {
  let p = start;
  for (let i = 0; i < letters; i++) p += <u32>escapedLetter(p, end, true);
  return p;
}

function mask(start: usize, end: usize): void {
  memory.fill(start, ASTERISK, end - start);
  walk.found = true;
}
