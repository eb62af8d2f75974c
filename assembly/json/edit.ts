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

/** What becomes of a member: one of these, or its new value as the slice of an offset, not of an address. */
const KEPT: u64 = u64.MAX_VALUE;
const REMOVED: u64 = u64.MAX_VALUE - 1;

/** An entry in the list of new members: offset and size of `,"key":value`, and the size of `,"key":` alone. */
const ADDED_SIZE: i32 = 12;

/** Memory for new bytes that is kept from one document to the next. */
const KEPT_BYTES: i32 = 65536;

/**
 * Changes to a document, collected first and applied in one go; what they do not name stays byte for byte. Keys and new
 * values are copied when they are given. Where changes overlap, that of the enclosing value counts. Made to be used again
 * for one document after the other.
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
  /** All new bytes. Everything else refers to them by offset, for the buffer moves as it grows. */
  private pieces: ByteBuffer = new ByteBuffer();
  private fates: ByteBuffer = new ByteBuffer();
  private added: ByteBuffer = new ByteBuffer();
  private inner: PatchList = new PatchList();
  private parts: ByteBuffer = new ByteBuffer();
  private isResolved: bool = false;
  private cursor: usize = 0;
  private nextInner: i32 = 0;
  private memberStart: i32 = 0;
  private valueStart: i32 = 0;

  /** Starts over, for a document that stays as it is until the last part was read. */
  begin(document: JsonDocument): void {
    this.document = document;
    this.isResolved = false;
    this.pieces.release(KEPT_BYTES);
    this.added.clear();
    this.inner.clear();
    this.fates.clear();
    memory.fill(this.fates.reserve(document.count << 3), 0xff, document.count << 3);
  }

  /** Gives a member of the outermost object a JSON value: in its place if it is there, else behind the last member. */
  set(key: string, raw: Slice): void {
    if (!this.document.isObject) return;
    const index = this.beginMember(key);
    this.pieces.append(raw);
    this.endMember(key, index);
  }

  /** Like `set`, with a string of these characters as the value. */
  setText(key: string, utf8: Slice): void {
    if (!this.document.isObject) return;
    const index = this.beginMember(key);
    this.pieces.byte(0x22);
    escapeUtf8(utf8, this.pieces);
    this.pieces.byte(0x22);
    this.endMember(key, index);
  }

  /** Takes every member of that key out of the outermost object. */
  remove(key: string): void {
    this.isResolved = false;
    this.removeBefore(key, this.document.count);
    const start = this.pieces.size;
    this.appendKey(key);
    const entry = this.findAdded(start, this.pieces.size - start);
    if (entry) store<i32>(entry, 0, 4);
    this.pieces.size = start;
  }

  /** Puts a JSON value in the place of any value token inside the document. */
  replace(value: Slice, raw: Slice): void {
    if (!this.holds(value)) return;
    this.isResolved = false;
    const offset = this.pieces.size;
    this.pieces.append(raw);
    const index = this.document.positionOf(value);
    if (index >= 0) this.setFate(index, sliceOf(offset, sliceSize(raw)));
    else this.inner.put(sliceStart(value), sliceEnd(value), offset, sliceSize(raw));
  }

  /** Puts a member behind the last one of any object token inside the document, which must not have that key. */
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

  /** The number of ranges that make up the result: unchanged ones of the text, and new ones. */
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

  /** Gives the memory back. The editor can be used again after `begin`. */
  free(): void {
    this.isResolved = true;
    this.pieces.free();
    this.fates.free();
    this.added.free();
    this.inner.free();
    this.parts.free();
  }

  /** Notes where a new member begins and gives the index of the one that it takes the place of, or -1. */
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
      this.setFate(index, sliceOf(this.valueStart, end - this.valueStart));
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
    for (let i = 0; i < end; i++) if (jsonEquals(this.document.keyAt(i), key)) this.setFate(i, REMOVED);
  }


  @inline
  private setFate(index: i32, fate: u64): void {
    store<u64>(this.fates.start + ((<usize>index) << 3), fate);
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
      const fate = load<u64>(this.fates.start + ((<usize>i) << 3));
      const key = document.keyAt(i);
      const value = document.valueAt(i);
      if (fate == REMOVED) {
        // With its comma: the one before it if a member stays before it, else the one after it.
        const from = hasMember ? end : sliceStart(key);
        const to = hasMember || i + 1 == count ? sliceEnd(value) : sliceStart(document.keyAt(i + 1));
        this.apply(from, to, 0, 0);
      } else {
        hasMember = true;
        if (fate != KEPT) this.apply(sliceStart(value), sliceEnd(value), <i32>sliceStart(fate), sliceSize(fate));
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
    // What begins before the cursor lies in a range that is replaced as a whole.
    if (from < this.cursor) return;
    const before = sliceBetween(from, to);
    const after = sliceOf(this.pieces.start + offset, size);
    this.appendPart(sliceBetween(this.cursor, from));
    this.appendPart(slicesEqual(before, after) ? before : after);
    this.cursor = to;
  }

  /** Joins what lies side by side, so that a document that stays what it is remains one part. */
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
