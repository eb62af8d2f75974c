import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice, sliceSize, slicesEqual, sliceStart, trimmed } from "../bytes/slice";
import { MAX_MEMBERS, MEMBER_SIZE, NAME, TOO_MANY_COLLISIONS, VALUE } from "./members";
import { escapedNameBytes, findDuplicateName, unescapeNames } from "./members";
import { stringIs } from "./string";
import { isJsonFault, JsonError, JsonFault, jsonFaultAt, jsonFaultError, scanDocument } from "./validate";

/** The most memory for unescaped keys that is kept for the next document, in bytes. */
const KEPT_BYTES: i32 = 4096;
const NOT_ASCII: u32 = 0x80;

/**
 * A validated JSON text and an index of its outermost object's members. One object serves many texts. Its slices are valid as
 * long as the text is, and until the next `parse`.
 */
// @ts-ignore: decorator
@unmanaged
export class JsonDocument {
  private table: usize = 0;
  private unescaped: ByteBuffer = new ByteBuffer();
  /** The whole text that was parsed. */
  text: Slice = ABSENT;
  /** The text's value, without the white space around it; ABSENT after an error. */
  root: Slice = ABSENT;
  /** Whether the value is an object. */
  isObject: bool = false;
  /** The number of the object's members, duplicates included. */
  count: i32 = 0;
  /** The token of the first key that occurs twice (keys are compared after unescaping), or `ABSENT`. */
  duplicate: Slice = ABSENT;

  /** Where and why the text was refused; 0 if it was not. */
  fault: JsonFault = 0;

  /**
   * Validates a text and indexes its outermost object. The value of one of the members, `valid`, may be known to be valid: it is not read. After an
   * error the document is empty, and `fault` has details.
   */
  parse(text: Slice, valid: Slice = ABSENT): JsonError {
    if (!this.table) this.table = heap.alloc(MEMBER_SIZE * MAX_MEMBERS);
    this.clear();
    const result = scanDocument(text, this.table, valid);
    if (isJsonFault(result)) return this.refuse(result);
    this.text = text;
    this.root = trimmed(text);
    this.isObject = load<u8>(sliceStart(this.root)) == 0x7b;
    this.count = <i32>((<usize>result - this.table) / MEMBER_SIZE);
    if (this.findDuplicate()) return JsonError.None;
    this.clear();
    return this.refuse(jsonFaultAt(0, JsonError.CollidingKeys));
  }

  /** The value of a member of the outermost object (the last one of that key), or ABSENT. */
  get(key: string): Slice {
    const index = this.indexOf(key);
    return index < 0 ? ABSENT : this.valueAt(index);
  }

  /** `get` for a key as it is without escapes, in UTF-8. */
  of(key: Slice): Slice {
    for (let i = this.count - 1; i >= 0; i--) {
      const name = load<u64>(this.entry(i), NAME);
      if (sliceSize(name) == sliceSize(key) && slicesEqual(name, key)) return this.valueAt(i);
    }
    return ABSENT;
  }

  /** The position of the last member of that key, or -1. */
  indexOf(key: string): i32 {
    const units = changetype<usize>(key);
    const length = key.length;
    const table = this.table;
    const first: u32 = length ? load<u16>(units) : NOT_ASCII;
    for (let i = this.count - 1; i >= 0; i--) {
      const entry = table + <usize>i * MEMBER_SIZE;
      const name = load<u64>(entry, NAME);
      // Most members begin with another letter, and are passed by without a call.
      if (first < NOT_ASCII && load<u8>(sliceStart(name)) != first) continue;
      if (stringIs(load<u64>(entry), units, length)) return i;
    }
    return -1;
  }

  /** The position of the member with this value token, or -1: members stand in the order of their addresses. */
  positionOf(value: Slice): i32 {
    let at = 0;
    for (let end = this.count; at < end;) {
      const middle = (at + end) >> 1;
      if (sliceStart(this.valueAt(middle)) < sliceStart(value)) at = middle + 1;
      else end = middle;
    }
    return at < this.count && this.valueAt(at) == value ? at : -1;
  }

  /** The key token of a member, with its quotes. */
  @inline
  keyAt(index: i32): Slice {
    return load<u64>(this.entry(index));
  }

  /** The value token of a member. */
  @inline
  valueAt(index: i32): Slice {
    return load<u64>(this.entry(index), VALUE);
  }

  /** Frees the memory. The document can be used again afterwards. */
  free(): void {
    this.clear();
    this.unescaped.free();
    if (this.table) heap.free(this.table);
    this.table = 0;
  }

  private refuse(fault: JsonFault): JsonError {
    this.fault = fault;
    return jsonFaultError(fault);
  }

  private clear(): void {
    this.fault = 0;
    this.unescaped.release(KEPT_BYTES);
    this.text = ABSENT;
    this.root = ABSENT;
    this.isObject = false;
    this.count = 0;
    this.duplicate = ABSENT;
  }


  @inline
  private entry(index: i32): usize {
    return this.table + <usize>index * MEMBER_SIZE;
  }

  /** Unescapes and compares the keys. Returns `false` if too many have the same hash. */
  private findDuplicate(): bool {
    const tableEnd = this.entry(this.count);
    const escapedBytes = escapedNameBytes(this.table, tableEnd);
    // Unescaping never lengthens a key: with this capacity the buffer does not move.
    if (escapedBytes > 0) this.unescaped.reserve(escapedBytes + 4);
    if (escapedBytes > 0) unescapeNames(this.table, tableEnd, this.unescaped);
    const entry = findDuplicateName(this.table, tableEnd);
    if (entry == TOO_MANY_COLLISIONS) return false;
    if (entry) this.duplicate = load<u64>(entry);
    return true;
  }
}
