import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, byteAt, Slice, sliceSize, slicesEqual, subslice } from "../bytes/slice";
import { jsonFirst, jsonNext, jsonUtf8 } from "../json/value";

const STAR: u32 = 0x2a;

const entry = new ByteBuffer();

/** Whether a list covers the model: a JSON list of names, and of `x*` for all names with that prefix. */
export function isListed(model: Slice, models: Slice): bool {
  for (let item = jsonFirst(models); item != ABSENT; item = jsonNext(models, item)) {
    if (covers(jsonUtf8(item, entry), model)) return true;
  }
  return false;
}

function covers(pattern: Slice, model: Slice): bool {
  const last = sliceSize(pattern) - 1;
  if (last < 0 || byteAt(pattern, last) != STAR) return slicesEqual(pattern, model);
  return slicesEqual(subslice(pattern, 0, last), subslice(model, 0, last));
}
