import { ByteBuffer } from "../../../assembly/bytes/buffer";
import {
  ABSENT,
  Slice,
  sliceEnd,
  sliceOf,
  sliceSize,
  sliceStart,
  sliceToString,
  trimmed,
} from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import * as json from "../../../assembly/json/value";
import { JsonKind } from "../../../assembly/json/value";
import { JsonFault, jsonFaultError, jsonFaultOffset, jsonValidate } from "../../../assembly/json/validate";
import { JsonWalker } from "../../../assembly/json/walker";
import { JsonWriter, escapeJson } from "../../../assembly/json/writer";
import { out } from "./output";

export { outSize, outStart } from "./output";

/** Deeper than the validator allows: functions that read without validation must not exceed either limit. */
const WALK_DEPTH: i32 = 300;

let fault: JsonFault = 0;
const document = new JsonDocument();
const edit = new JsonEdit();
const walker = new JsonWalker();
const isObjectAt = new StaticArray<bool>(WALK_DEPTH);
const walked = new StaticArray<Slice>(WALK_DEPTH);

/** Allocates `size` bytes for the host that no collector moves or frees. */
export function allocate(size: i32): usize {
  return heap.alloc(size);
}

export function release(address: usize): void {
  heap.free(address);
}

export function validate(start: usize, size: i32): i32 {
  fault = jsonValidate(sliceOf(start, size));
  return jsonFaultError(fault);
}

/**
 * Walks through a text that was not validated: into containers above a depth, over those below it. Returns whether the walker found it
 * valid.
 */
export function walkText(start: usize, size: i32, most: i32): bool {
  walker.startText(sliceOf(start, size));
  let depth = -1;
  do {
    if (depth >= 0 && !(isObjectAt[depth] ? walker.nextMember() : walker.nextElement())) depth--;
    else if (depth + 1 < most && walker.enterObject()) isObjectAt[++depth] = true;
    else if (depth + 1 < most && walker.enterArray()) isObjectAt[++depth] = false;
    else walker.value();
  } while (depth >= 0);
  return walker.isValid;
}

export function errorOffset(): i32 {
  return jsonFaultOffset(fault);
}

export function parse(start: usize, size: i32): i32 {
  return document.parse(sliceOf(start, size));
}

export function memberCount(): i32 {
  return document.count;
}

export function isObject(): bool {
  return document.isObject;
}

export function keyAt(index: i32): void {
  writeSlice(document.keyAt(index));
}

export function valueAt(index: i32): void {
  writeSlice(document.valueAt(index));
}

export function duplicate(): void {
  writeSlice(document.duplicate);
}

export function getFromTable(keyStart: usize, keySize: i32): void {
  writeSlice(document.get(sliceToString(sliceOf(keyStart, keySize))));
}

export function getFromText(start: usize, size: i32, keyStart: usize, keySize: i32): void {
  writeSlice(json.jsonGet(sliceOf(start, size), sliceToString(sliceOf(keyStart, keySize))));
}

export function elementAt(start: usize, size: i32, index: i32): void {
  writeSlice(json.jsonAt(sliceOf(start, size), index));
}

export function integer(start: usize, size: i32, fallback: i64): i64 {
  return json.jsonInteger(sliceOf(start, size), fallback);
}

export function isInteger(start: usize, size: i32): bool {
  return json.jsonIsInteger(sliceOf(start, size));
}

export function number(start: usize, size: i32): f64 {
  return json.jsonNumber(sliceOf(start, size), NaN);
}

export function escape(start: usize, size: i32): void {
  out.clear();
  escapeJson(sliceOf(start, size), out);
}

export function unescape(start: usize, size: i32): void {
  out.clear();
  json.jsonUnescape(sliceOf(start, size), out);
}

/** Writes the string as a managed string, in the form of literals. */
export function rewriteText(start: usize, size: i32): void {
  out.clear();
  new JsonWriter(out).string(json.jsonText(sliceOf(start, size)));
}

/** Reads every value with the readers and writes all of it again. The text does not have to be valid. */
export function rewrite(start: usize, size: i32): void {
  out.clear();
  const writer = new JsonWriter(out);
  const plain = new ByteBuffer();
  let value = trimmed(sliceOf(start, size));
  let depth = 0;
  while (true) {
    let child = ABSENT;
    switch (json.jsonKind(value)) {
      case JsonKind.Object:
        writer.beginObject();
        child = json.jsonFirstKey(value);
        if (child == ABSENT) writer.endObject();
        break;
      case JsonKind.Array:
        writer.beginArray();
        child = json.jsonFirst(value);
        if (child == ABSENT) writer.endArray();
        break;
      case JsonKind.String:
        plain.clear();
        json.jsonUnescape(value, plain);
        writer.text(plain.slice);
        break;
      case JsonKind.True:
      case JsonKind.False:
        writer.boolean(json.jsonIsTrue(value));
        break;
      case JsonKind.Null:
        writer.nothing();
        break;
      default:
        writer.raw(value);
        break;
    }
    if (child != ABSENT) {
      if (depth == WALK_DEPTH) break;
      walked[depth++] = value;
      value = json.jsonKind(value) == JsonKind.Object ? member(writer, value, child) : child;
      if (value != ABSENT) continue;
    }
    // Up, until a container has another child.
    let isDone = true;
    while (depth > 0) {
      const container = walked[depth - 1];
      const isInObject = json.jsonKind(container) == JsonKind.Object;
      const next = isInObject ? json.jsonNextKey(container, value) : json.jsonNext(container, value);
      value = next != ABSENT && isInObject ? member(writer, container, next) : next;
      if (value != ABSENT) {
        isDone = false;
        break;
      }
      if (isInObject) writer.endObject();
      else writer.endArray();
      value = container;
      depth--;
    }
    if (isDone) break;
  }
  plain.free();
}

export function editBegin(): void {
  edit.begin(document);
}

export function editSet(keyStart: usize, keySize: i32, start: usize, size: i32): void {
  edit.set(sliceToString(sliceOf(keyStart, keySize)), sliceOf(start, size));
}

export function editSetText(keyStart: usize, keySize: i32, start: usize, size: i32): void {
  edit.setText(sliceToString(sliceOf(keyStart, keySize)), sliceOf(start, size));
}

export function editRemove(keyStart: usize, keySize: i32): void {
  edit.remove(sliceToString(sliceOf(keyStart, keySize)));
}

/** Replaces the child at `index` of the member `outer`, or the member's own value if the index is -1. */
export function editReplace(outer: i32, index: i32, start: usize, size: i32): void {
  const value = document.valueAt(outer);
  edit.replace(index < 0 ? value : childAt(value, index), sliceOf(start, size));
}

/** Inserts into the member `outer`, or into its child at `index`. */
export function editInsert(outer: i32, index: i32, keyStart: usize, keySize: i32, start: usize, size: i32): void {
  const value = document.valueAt(outer);
  const object = index < 0 ? value : childAt(value, index);
  edit.insertMember(object, sliceToString(sliceOf(keyStart, keySize)), sliceOf(start, size));
}

export function editChanged(): bool {
  return edit.changed;
}

export function editWrite(): void {
  out.clear();
  edit.write(out);
}

/** The bytes of all parts that are ranges of the document, or -1 if the ranges are not in order. */
export function editUnchangedBytes(): i32 {
  let at = sliceStart(document.text);
  let bytes = 0;
  for (let i = 0; i < edit.partCount; i++) {
    const part = edit.part(i);
    if (sliceStart(part) < sliceStart(document.text) || sliceEnd(part) > sliceEnd(document.text)) continue;
    if (sliceStart(part) < at) return -1;
    at = sliceEnd(part);
    bytes += sliceSize(part);
  }
  return bytes;
}

function childAt(value: Slice, index: i32): Slice {
  if (json.jsonKind(value) == JsonKind.Array) return json.jsonAt(value, index);
  let key = json.jsonFirstKey(value);
  for (let i = 0; i < index && key != ABSENT; i++) key = json.jsonNextKey(value, json.jsonMemberValue(value, key));
  return key == ABSENT ? ABSENT : json.jsonMemberValue(value, key);
}

function member(writer: JsonWriter, object: Slice, key: Slice): Slice {
  const value = json.jsonMemberValue(object, key);
  if (value != ABSENT) writer.key(json.jsonText(key));
  return value;
}

function writeSlice(slice: Slice): void {
  out.clear();
  if (slice == ABSENT) out.text("ABSENT");
  else out.append(slice);
}
