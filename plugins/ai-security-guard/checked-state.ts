import { CHECKED_STATE } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { encodeHex } from "../../assembly/bytes/hex";
import { Slice, sliceSize, slicesEqual, subslice } from "../../assembly/bytes/slice";
import { Sha256 } from "../../assembly/crypto/sha256";
import { FilterState } from "../../assembly/host/filter-state";
import { TextList } from "./text-list";

const DIGITS: i32 = 64;

const state = new FilterState(CHECKED_STATE);
const sha256 = new Sha256();
const number = new ByteBuffer();
const digits = new ByteBuffer();

/**
 * Writes a digest of the texts and the hash of a configuration. Another configuration, of another route or of a second filter in the chain,
 * has other checks.
 */
export function writeDigest(config: u64, texts: TextList, out: ByteBuffer): void {
  number.clear();
  sha256.begin().update(number.u64(config).slice).update(texts.bytes.slice);
  out.clear();
  sha256.finish(out);
}

/** Whether an earlier pass of this request has let the texts of a digest pass; then its annotations are appended to `annotations`. */
export function isPassed(digest: Slice, annotations: ByteBuffer): bool {
  const earlier = state.get();
  if (sliceSize(earlier) < DIGITS) return false;
  digits.clear();
  encodeHex(digest, digits);
  if (!slicesEqual(subslice(earlier, 0, DIGITS), digits.slice)) return false;
  annotations.append(subslice(earlier, DIGITS));
  return true;
}

/** Notes for later passes that the texts of a digest pass, with the checks that did not block them. */
export function notePassed(digest: Slice, annotations: Slice): void {
  digits.clear();
  encodeHex(digest, digits);
  state.set(digits.append(annotations).slice);
}
