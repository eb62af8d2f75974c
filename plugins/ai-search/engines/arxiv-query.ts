import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { byteAt, indexOfByte, Slice, sliceSize, subslice, trimmed } from "../../../assembly/bytes/slice";

const COMMA: u32 = 0x2c;

/** Appends a query that all terms match, in that category if it is not empty. `hasTerms`: the words are terms with commas between them. `out` is empty. */
export function writeQuery(words: Slice, hasTerms: bool, category: Slice, out: ByteBuffer): void {
  for (let from = 0; from <= sliceSize(words);) {
    const comma = hasTerms ? indexOfByte(words, COMMA, from) : -1;
    const end = comma < 0 ? sliceSize(words) : comma;
    addTerm(trimmed(subslice(words, from, end)), out);
    from = end + 1;
  }
  if (sliceSize(category)) out.text(out.size ? " AND cat:" : "cat:").append(category);
}

/** Whether a text can be a category: letters, dots and hyphens, or nothing. It stands in the URL as it is. */
export function isCategory(text: Slice): bool {
  for (let i = 0; i < sliceSize(text); i++) {
    const byte = byteAt(text, i);
    if ((byte | 0x20) - 0x61 >= 26 && byte != 0x2e && byte != 0x2d) return false;
  }
  return sliceSize(text) <= 32;
}

/** Adds a term without the characters that mean something in a query. */
function addTerm(term: Slice, out: ByteBuffer): void {
  if (!sliceSize(term)) return;
  out.text(out.size ? " AND all:" : "all:");
  for (let i = 0; i < sliceSize(term); i++) {
    const byte = byteAt(term, i);
    out.byte(byte == 0x22 || byte == 0x28 || byte == 0x29 || byte == 0x3a || byte < 0x20 ? 0x20 : byte);
  }
}
