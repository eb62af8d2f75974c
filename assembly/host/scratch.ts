import { ByteBuffer } from "../bytes/buffer";
import { Slice } from "../bytes/slice";

const first = new ByteBuffer();
const second = new ByteBuffer();

/** The text as UTF-8, valid for the next host call only. */
export function encoded(text: string): Slice {
  first.clear();
  return first.text(text).slice;
}

/** A second text as UTF-8, for the same host call. */
export function alsoEncoded(text: string): Slice {
  second.clear();
  return second.text(text).slice;
}
