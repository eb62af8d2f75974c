import { ByteBuffer } from "../bytes/buffer";
import { RecordList } from "../bytes/records";
import { indexOfByte, Slice, sliceBetween, sliceEnd, sliceSize, sliceStart, subslice } from "../bytes/slice";
import { escapeUtf8 } from "./escape";
import { skipSpace } from "./space";
import { unescapeJson } from "./string";
import { stringEnd, tokenAt } from "./token";

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const COMMA: u32 = 0x2c;
const COLON: u32 = 0x3a;
/** Memory that is kept for the next value. */
const KEPT_BYTES: i32 = 64 << 10;
/** An object with more members keeps their order: to sort them would need more time than to read them. */
const MOST_SORTED: i32 = 4096;
/** Of a value so many times its size is moved by sorting at most. */
const MOST_MOVES: i64 = 32;

/** A member of an object that was written, as offsets in the output. */
// @ts-ignore: decorator
@unmanaged
class Member {
  start: i32;
  keyEnd: i32;
  end: i32;
}

/** An object or an array that has no end yet. */
// @ts-ignore: decorator
@unmanaged
class Container {
  isObject: i32;
  /** The number of the object's first member, and where it begins. */
  first: i32;
  start: i32;
}

const memberBytes = new ByteBuffer();
const members = new RecordList<Member>(memberBytes, 0);
const containerBytes = new ByteBuffer();
const containers = new RecordList<Container>(containerBytes, 0);
const sorted = new ByteBuffer();
const decoded = new ByteBuffer();
/** U+FFFD, which also stands for a lone surrogate once it is decoded. */
const lostBytes = new ByteBuffer().text("\ufffd");
/** How many bytes may still be moved. */
let movable: i64 = 0;

/**
 * Appends a validated JSON value in a form that is the same for two texts of it: without white space, the members of objects in the order of
 * their names, escapes as the characters that they mean. Two values have one form only if they are the same: numbers stay as they are written,
 * members that occur twice stay in their order, and a string with a lone surrogate stays as it is written. The form is to be hashed; it is no
 * JSON. Needs time in proportion to the text: members of very many, or of very deep, objects may stay in the order in which they are written.
 */
export function writeCanonical(value: Slice, out: ByteBuffer): void {
  const end = sliceEnd(value);
  let p = sliceStart(value);
  let isKey = false;
  memberBytes.clear();
  containerBytes.clear();
  movable = MOST_MOVES * <i64>sliceSize(value);
  while ((p = skipSpace(p, end)) < end) {
    const byte: u32 = load<u8>(p);
    if (byte == QUOTE) {
      const after = stringEnd(p + 1, end);
      const from = out.size;
      writeString(sliceBetween(p, after), out);
      p = after;
      if (isKey) addMember(from, out);
      isKey = false;
    } else if ((byte | 0x20) == 0x7b) {
      out.byte(byte);
      isKey = open(byte == 0x7b, out.size);
      p++;
    } else if ((byte | 0x20) == 0x7d) {
      close(out);
      out.byte(byte);
      isKey = false;
      p++;
    } else if (byte == COMMA) {
      isKey = isInObject();
      out.byte(COMMA);
      if (isKey) endMember(out);
      p++;
    } else if (byte == COLON) {
      out.byte(COLON);
      p++;
    } else {
      const token = tokenAt(p, end);
      out.append(token);
      p = max(sliceEnd(token), p + 1);
    }
  }
  memberBytes.release(KEPT_BYTES);
  containerBytes.release(KEPT_BYTES);
  sorted.release(KEPT_BYTES);
  decoded.release(KEPT_BYTES);
}

function writeString(token: Slice, out: ByteBuffer): void {
  if (indexOfByte(token, BACKSLASH) < 0) {
    out.append(token);
    return;
  }
  decoded.clear();
  unescapeJson(subslice(token, 1, sliceSize(token) - 1), decoded);
  if (includesLost(decoded.slice)) {
    // No other string begins with this byte.
    out.byte(BACKSLASH).append(token);
    return;
  }
  out.byte(QUOTE);
  escapeUtf8(decoded.slice, out);
  out.byte(QUOTE);
}

function includesLost(text: Slice): bool {
  for (let at = indexOfByte(text, 0xef); at >= 0; at = indexOfByte(text, 0xef, at + 1)) {
    const character = subslice(text, at, at + 3);
    if (sliceSize(character) == 3 && !memory.compare(sliceStart(character), lostBytes.start, 3)) return true;
  }
  return false;
}

/** Opens an object or an array. Returns whether a key comes next. */
function open(isObject: bool, start: i32): bool {
  const container = containers.add();
  container.isObject = isObject ? 1 : 0;
  container.first = members.count;
  container.start = start;
  return isObject;
}

function isInObject(): bool {
  const count = containers.count;
  return count > 0 && containers.at(count - 1).isObject != 0;
}

function addMember(from: i32, out: ByteBuffer): void {
  const member = members.add();
  member.start = from;
  member.keyEnd = out.size;
}

function endMember(out: ByteBuffer): void {
  members.at(members.count - 1).end = out.size;
}

/** Closes the innermost object or array, and puts the members of an object in order. */
function close(out: ByteBuffer): void {
  const last = containers.count - 1;
  const container = containers.at(last);
  const first = container.first;
  const count = members.count - first;
  if (count > 0) {
    // Each member ends with a comma, so that their order is all that can differ.
    out.byte(COMMA);
    endMember(out);
    const size = <i64>(out.size - container.start);
    if (count <= MOST_SORTED && size <= movable && !isSorted(first, count, out)) {
      movable -= size;
      sort(first, count, container.start, out);
    }
    members.removeFrom(first, count);
  }
  containers.remove(last);
}

function isSorted(first: i32, count: i32, out: ByteBuffer): bool {
  for (let i = first + 1; i < first + count; i++) if (isBefore(members.at(i), members.at(i - 1), out)) return false;
  return true;
}

/** Whether a member comes before another: by its key, those with one key by where they stand. */
function isBefore(a: Member, b: Member, out: ByteBuffer): bool {
  const sizeA = a.keyEnd - a.start;
  const sizeB = b.keyEnd - b.start;
  const order = memory.compare(out.start + a.start, out.start + b.start, min(sizeA, sizeB));
  if (order) return order < 0;
  return sizeA == sizeB ? a.start < b.start : sizeA < sizeB;
}

/** Sorts members by heapsort, which needs no recursion and no luck, and writes them in their order. */
function sort(first: i32, count: i32, start: i32, out: ByteBuffer): void {
  for (let i = (count >> 1) - 1; i >= 0; i--) sink(first, i, count, out);
  for (let rest = count - 1; rest > 0; rest--) {
    swap(members.at(first), members.at(first + rest));
    sink(first, 0, rest, out);
  }
  sorted.clear();
  for (let i = first; i < first + count; i++) {
    const member = members.at(i);
    sorted.append(sliceBetween(out.start + member.start, out.start + member.end));
  }
  out.size = start;
  out.append(sorted.slice);
}

function sink(first: i32, from: i32, count: i32, out: ByteBuffer): void {
  let parent = from;
  for (let child = 2 * parent + 1; child < count; child = 2 * parent + 1) {
    if (child + 1 < count && isBefore(members.at(first + child), members.at(first + child + 1), out)) child++;
    if (!isBefore(members.at(first + parent), members.at(first + child), out)) return;
    swap(members.at(first + parent), members.at(first + child));
    parent = child;
  }
}

function swap(a: Member, b: Member): void {
  const start = a.start;
  const keyEnd = a.keyEnd;
  const end = a.end;
  a.start = b.start;
  a.keyEnd = b.keyEnd;
  a.end = b.end;
  b.start = start;
  b.keyEnd = keyEnd;
  b.end = end;
}
