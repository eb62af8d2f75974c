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
const digest = new ByteBuffer();
const value = new ByteBuffer();

/**
 * Whether an earlier pass of this request has let the texts pass with the configuration of this hash; then its annotations are appended to
 * `annotations`. Another configuration, of another route or of a second filter in the chain, has other checks.
 */
export function isPassed(config: u64, texts: TextList, annotations: ByteBuffer): bool {
  const earlier = state.get();
  if (sliceSize(earlier) < DIGITS) return false;
  writeDigest(config, texts);
  if (!slicesEqual(subslice(earlier, 0, DIGITS), value.slice)) return false;
  annotations.append(subslice(earlier, DIGITS));
  return true;
}

/** Notes for later passes that the texts pass with the configuration of this hash, with the checks that did not block them. */
export function notePassed(config: u64, texts: TextList, annotations: Slice): void {
  writeDigest(config, texts);
  state.set(value.append(annotations).slice);
}

function writeDigest(config: u64, texts: TextList): void {
  digest.clear();
  value.clear();
  digest.u64(config);
  sha256.begin().update(digest.slice).update(texts.bytes.slice);
  digest.clear();
  sha256.finish(digest);
  encodeHex(digest.slice, value);
}
