import { ByteBuffer } from "../bytes/buffer";
import {
  ABSENT,
  Slice,
  isSpace,
  sliceBetween,
  sliceEnd,
  sliceOf,
  sliceSize,
  sliceStart,
  slicesEqual,
} from "../bytes/slice";
import { JsonDocument } from "./document";
import { escapeUtf16, escapeUtf8 } from "./escape";
import { PatchList } from "./patch";
import { jsonEquals } from "./string";

/** The change of a member: one of these, or the offset and size of its new value, packed like a slice. */
const KEPT: u64 = u64.MAX_VALUE;
const REMOVED: u64 = u64.MAX_VALUE - 1;

/** The size of an entry in the list of new members: offset and size of `,"key":value`, and the size of `,"key":`. */
const ADDED_SIZE: i32 = 12;

/** The most memory for new bytes that is kept for the next document, in bytes. */
const KEPT_BYTES: i32 = 65536;

/**
 * Changes to a document, collected first and applied together; all other bytes stay the same. Keys and new values are copied.
 * If changes overlap, the one of the enclosing value applies. One object serves many documents.
 *
 * @example
 * edit.begin(document);
 * edit.setText("model", name);
 * edit.remove("store");
 * if (edit.changed) edit.write(out);
 */
// @ts-ignore: decorator
@unmanaged
export class JsonEdit {
  private document: JsonDocument = new JsonDocument();
  /** All new bytes, referred to by offset: the buffer moves when it grows. */
  private pieces: ByteBuffer = new ByteBuffer();
  private changes: ByteBuffer = new ByteBuffer();
  private added: ByteBuffer = new ByteBuffer();
  private inner: PatchList = new PatchList();
  private parts: ByteBuffer = new ByteBuffer();
  private isResolved: bool = false;
  private cursor: usize = 0;
  private nextInner: i32 = 0;
  private memberStart: i32 = 0;
  private valueStart: i32 = 0;

  /** Begins with a document, which must not change until the last part has been read. */
  begin(document: JsonDocument): void {
    this.document = document;
    this.isResolved = false;
    this.pieces.release(KEPT_BYTES);
    this.added.clear();
    this.inner.clear();
    this.changes.clear();
    memory.fill(this.changes.reserve(document.count << 3), 0xff, document.count << 3);
  }

  /** Sets a member of the outermost object to a JSON value; a new member is appended. */
  set(key: string, raw: Slice): void {
    if (!this.document.isObject) return;
    const index = this.beginMember(key);
    this.pieces.append(raw);
    this.endMember(key, index);
  }

  /** Sets a member of the outermost object to a string of these characters. */
  setText(key: string, utf8: Slice): void {
    if (!this.document.isObject) return;
    const index = this.beginMember(key);
    this.pieces.byte(0x22);
    escapeUtf8(utf8, this.pieces);
    this.pieces.byte(0x22);
    this.endMember(key, index);
  }

  /** Removes every member with this key from the outermost object. */
  remove(key: string): void {
    this.isResolved = false;
    this.removeBefore(key, this.document.count);
    const start = this.pieces.size;
    this.appendKey(key);
    const entry = this.findAdded(start, this.pieces.size - start);
    if (entry) store<i32>(entry, 0, 4);
    this.pieces.size = start;
  }

  /** Replaces any value token in the document with a JSON value. */
  replace(value: Slice, raw: Slice): void {
    if (!this.holds(value)) return;
    this.isResolved = false;
    const offset = this.pieces.size;
    this.pieces.append(raw);
    const index = this.document.positionOf(value);
    if (index >= 0) this.setChange(index, sliceOf(offset, sliceSize(raw)));
    else this.inner.put(sliceStart(value), sliceEnd(value), offset, sliceSize(raw));
  }

  /** Appends a member to any object token in the document, which must not have this key. */
  insertMember(object: Slice, key: string, raw: Slice): void {
    if (object == this.document.root) {
      this.set(key, raw);
      return;
    }
    const start = sliceStart(object);
    if (!this.holds(object) || load<u8>(start) != 0x7b) return;
    let at = sliceEnd(object) - 1;
    while (at > start + 1 && isSpace(load<u8>(at - 1))) at--;
    const skippedComma = at == start + 1 && !this.inner.insertsAt(at) ? 1 : 0;
    this.isResolved = false;
    const offset = this.pieces.size;
    this.appendKey(key);
    this.pieces.append(raw);
    this.inner.put(at, at, offset + skippedComma, this.pieces.size - offset - skippedComma);
  }

  /** Whether the result differs from the document's text. */
  get changed(): bool {
    return this.partCount > 0 && this.part(0) != this.document.text;
  }

  /** The number of ranges that the result consists of: unchanged ones of the text, and new ones. */
  get partCount(): i32 {
    if (!this.isResolved) this.resolve();
    return this.parts.size >> 3;
  }

  /** A range of the result, valid until the next change. */
  part(index: i32): Slice {
    return <u32>index < <u32>this.partCount ? load<u64>(this.parts.start + ((<usize>index) << 3)) : ABSENT;
  }

  /** Appends the result. */
  write(out: ByteBuffer): void {
    const count = this.partCount;
    let size = 0;
    for (let i = 0; i < count; i++) size += sliceSize(this.part(i));
    out.reserve(size);
    for (let i = 0; i < count; i++) out.append(this.part(i));
  }

  /** Frees the memory. The editor can be used again after `begin`. */
  free(): void {
    this.isResolved = true;
    this.pieces.free();
    this.changes.free();
    this.added.free();
    this.inner.free();
    this.parts.free();
  }

  /** Begins a member. Returns the index of the one that it replaces, or -1. */
  private beginMember(key: string): i32 {
    const index = this.document.indexOf(key);
    this.isResolved = false;
    this.memberStart = this.pieces.size;
    if (index < 0) this.appendKey(key);
    this.valueStart = this.pieces.size;
    return index;
  }

  private endMember(key: string, index: i32): void {
    const end = this.pieces.size;
    if (index >= 0) {
      if (this.document.duplicate != ABSENT) this.removeBefore(key, index);
      this.setChange(index, sliceOf(this.valueStart, end - this.valueStart));
      return;
    }
    const keySize = this.valueStart - this.memberStart;
    let entry = this.findAdded(this.memberStart, keySize);
    if (!entry) {
      entry = this.added.reserve(ADDED_SIZE);
      this.added.size += ADDED_SIZE;
    }
    store<i32>(entry, this.memberStart);
    store<i32>(entry, end - this.memberStart, 4);
    store<i32>(entry, keySize, 8);
  }

  private appendKey(key: string): void {
    this.pieces.byte(0x2c).byte(0x22);
    escapeUtf16(changetype<usize>(key), key.length, this.pieces);
    this.pieces.byte(0x22).byte(0x3a);
  }

  /** The new member whose `,"key":` equals the bytes at `offset`, or 0. */
  private findAdded(offset: i32, size: i32): usize {
    const base = this.pieces.start;
    const end = this.added.start + this.added.size;
    for (let entry = this.added.start; entry < end; entry += ADDED_SIZE) {
      const key = sliceOf(base + load<i32>(entry), load<i32>(entry, 8));
      if (load<i32>(entry, 4) > 0 && slicesEqual(key, sliceOf(base + offset, size))) return entry;
    }
    return 0;
  }

  private removeBefore(key: string, end: i32): void {
    for (let i = 0; i < end; i++) if (jsonEquals(this.document.keyAt(i), key)) this.setChange(i, REMOVED);
  }


  @inline
  private setChange(index: i32, change: u64): void {
    store<u64>(this.changes.start + ((<usize>index) << 3), change);
  }

  private holds(value: Slice): bool {
    const text = this.document.text;
    return sliceSize(value) > 0 && sliceStart(value) >= sliceStart(text) && sliceEnd(value) <= sliceEnd(text);
  }

  private resolve(): void {
    this.isResolved = true;
    this.parts.clear();
    this.nextInner = 0;
    this.cursor = sliceStart(this.document.text);
    if (this.document.isObject) this.resolveMembers();
    this.applyInner(usize.MAX_VALUE);
    this.appendPart(sliceBetween(this.cursor, sliceEnd(this.document.text)));
  }

  private resolveMembers(): void {
    const document = this.document;
    const count = document.count;
    let end = sliceStart(document.root) + 1;
    let hasMember = false;
    for (let i = 0; i < count; i++) {
      const change = load<u64>(this.changes.start + ((<usize>i) << 3));
      const key = document.keyAt(i);
      const value = document.valueAt(i);
      if (change == REMOVED) {
        // With a comma: the one before it if a member remains before it, otherwise the one after it.
        const from = hasMember ? end : sliceStart(key);
        const to = hasMember || i + 1 == count ? sliceEnd(value) : sliceStart(document.keyAt(i + 1));
        this.apply(from, to, 0, 0);
      } else {
        hasMember = true;
        if (change != KEPT) this.apply(sliceStart(value), sliceEnd(value), <i32>sliceStart(change), sliceSize(change));
      }
      end = sliceEnd(value);
    }
    const addedEnd = this.added.start + this.added.size;
    for (let entry = this.added.start; entry < addedEnd; entry += ADDED_SIZE) {
      const size = load<i32>(entry, 4);
      if (size == 0) continue;
      const skippedComma = hasMember ? 0 : 1;
      this.apply(end, end, load<i32>(entry) + skippedComma, size - skippedComma);
      hasMember = true;
    }
  }

  /** Applies the changes inside of values that begin before `limit`. */
  private applyInner(limit: usize): void {
    const inner = this.inner;
    for (let i = this.nextInner; i < inner.count && inner.from(i) < limit; i = this.nextInner) {
      this.nextInner = i + 1;
      this.applyPatch(inner.from(i), inner.to(i), inner.offset(i), inner.size(i));
    }
  }

  private apply(from: usize, to: usize, offset: i32, size: i32): void {
    this.applyInner(from);
    this.applyPatch(from, to, offset, size);
  }

  private applyPatch(from: usize, to: usize, offset: i32, size: i32): void {
    // A change that begins before the cursor is inside of a range that was replaced.
    if (from < this.cursor) return;
    const before = sliceBetween(from, to);
    const after = sliceOf(this.pieces.start + offset, size);
    this.appendPart(sliceBetween(this.cursor, from));
    this.appendPart(slicesEqual(before, after) ? before : after);
    this.cursor = to;
  }

  /** Joins adjacent ranges, so that an unchanged document is one part. */
  private appendPart(part: Slice): void {
    if (sliceSize(part) == 0) return;
    const last = this.parts.start + this.parts.size - 8;
    if (this.parts.size > 0 && sliceEnd(load<u64>(last)) == sliceStart(part)) {
      store<u64>(last, sliceBetween(sliceStart(load<u64>(last)), sliceEnd(part)));
      return;
    }
    store<u64>(this.parts.reserve(8), part);
    this.parts.size += 8;
  }
}
