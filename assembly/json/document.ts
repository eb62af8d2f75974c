import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice, indexOfByte, sliceOf, sliceSize, sliceStart, slicesEqual, trimmed } from "../bytes/slice";
import { keyHash } from "./hash";
import { jsonContent, jsonEquals, jsonUnescape } from "./string";
import { JsonError, MAX_MEMBERS, MEMBER_SIZE, fail, jsonFailure, scanDocument } from "./validate";

/** Where an entry of the table keeps what: the tokens come from the scan, the others serve the search for duplicates. */
const VALUE: usize = 8;
const NAME: usize = 16;
const HASH: usize = 24;

/** Different keys with one 64-bit hash do not happen by chance; so many are an attack on the search for duplicates. */
const MAX_COLLISIONS: i32 = 16;

/** Memory for unescaped keys that is kept from one document to the next. */
const KEPT_BYTES: i32 = 4096;

/**
 * A validated JSON text and an index of its outermost object's members. Made to be used again for one text after the
 * other; its slices are valid as long as the text is, and until the next `parse`.
 */
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
  /** The first key token whose key stood before it already (keys compared after unescaping), or ABSENT. */
  duplicate: Slice = ABSENT;

  /** Validates a text and indexes its outermost object. After an error the document is empty. */
  parse(text: Slice): JsonError {
    if (!this.table) this.table = heap.alloc(MEMBER_SIZE * MAX_MEMBERS);
    this.clear();
    const tableEnd = scanDocument(text, this.table);
    if (!tableEnd) return jsonFailure();
    this.text = text;
    this.root = trimmed(text);
    this.isObject = load<u8>(sliceStart(this.root)) == 0x7b;
    this.count = <i32>((tableEnd - this.table) / MEMBER_SIZE);
    if (this.findDuplicate()) return JsonError.None;
    this.clear();
    fail(sliceStart(text), sliceStart(text) + 1, JsonError.CollidingKeys);
    return JsonError.CollidingKeys;
  }

  /** The value of a member of the outermost object (the last one of that key), or ABSENT. */
  get(key: string): Slice {
    const index = this.indexOf(key);
    return index < 0 ? ABSENT : this.valueAt(index);
  }

  /** The position of the last member of that key, or -1. */
  indexOf(key: string): i32 {
    for (let i = this.count - 1; i >= 0; i--) if (jsonEquals(this.keyAt(i), key)) return i;
    return -1;
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

  /** Gives the memory back. The document can be used again afterwards. */
  free(): void {
    this.clear();
    this.unescaped.free();
    if (this.table) heap.free(this.table);
    this.table = 0;
  }

  private clear(): void {
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

  /** Compares all keys after unescaping; false if it met too many collisions to go on. */
  private findDuplicate(): bool {
    this.nameMembers();
    let seen: u64 = 0;
    let collisions = 0;
    for (let i = 0; i < this.count; i++) {
      const entry = this.entry(i);
      const name = load<u64>(entry, NAME);
      const hash = keyHash(name);
      store<u64>(entry, hash, HASH);
      const bit = (<u64>1) << (hash >> 58);
      if (seen & bit) {
        for (let other = this.table; other < entry; other += MEMBER_SIZE) {
          if (load<u64>(other, HASH) != hash) continue;
          if (slicesEqual(load<u64>(other, NAME), name)) {
            this.duplicate = this.keyAt(i);
            return true;
          }
          if (++collisions > MAX_COLLISIONS) return false;
        }
      }
      seen |= bit;
    }
    return true;
  }

  /** Gives every member its unescaped key: the content in place, or a copy where there are escapes. */
  private nameMembers(): void {
    let escapedBytes = 0;
    for (let i = 0; i < this.count; i++) {
      const content = jsonContent(this.keyAt(i));
      if (indexOfByte(content, 0x5c) >= 0) escapedBytes += sliceSize(content);
      store<u64>(this.entry(i), content, NAME);
    }
    if (escapedBytes == 0) return;
    // Unescaping never lengthens, so that the copies stay where they are.
    const out = this.unescaped;
    out.reserve(escapedBytes + 4);
    for (let i = 0; i < this.count; i++) {
      const entry = this.entry(i);
      if (indexOfByte(load<u64>(entry, NAME), 0x5c) < 0) continue;
      const before = out.size;
      jsonUnescape(this.keyAt(i), out);
      store<u64>(entry, sliceOf(out.start + before, out.size - before), NAME);
    }
  }
}
