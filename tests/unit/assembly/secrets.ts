import { maskSecrets, SecretPosition } from "../../../assembly/bytes/secret-mask";
import { SecretSet } from "../../../assembly/bytes/secret-set";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { sliceOf, subslice } from "../../../assembly/bytes/slice";
import { out } from "./output";

export { memoryBytes, outSize, outStart } from "./output";

let secrets: SecretSet | null = null;
let position = new SecretPosition();
const work = new ByteBuffer();

/** Sets the secrets, one per line of the text; returns whether at least one of them is masked. */
export function begin(start: usize, size: i32): bool {
  secrets = SecretSet.of(String.UTF8.decodeUnsafe(start, size).split("\n"));
  restart();
  return secrets !== null;
}

/** Begins a new text. */
export function restart(): void {
  position.dispose();
  position = new SecretPosition();
  out.clear();
}

/** Masks a whole text, and writes it. */
export function mask(start: usize, size: i32): bool {
  const found = maskSecrets(secrets!, sliceOf(start, size));
  out.append(sliceOf(start, size));
  return found;
}

/** Reads a chunk, and writes the part that may be forwarded; returns the number of bytes that are held. */
export function push(start: usize, size: i32, isLast: bool): i32 {
  work.clear();
  work.append(position.tail.slice).append(sliceOf(start, size));
  position.read(secrets!, work.slice, isLast);
  const held = position.tail.size;
  out.append(subslice(work.slice, 0, work.size - held));
  return held;
}
