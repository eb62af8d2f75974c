import { ABSENT, Slice, sliceOf, sliceSize, sliceStart } from "../../../assembly/bytes/slice";
import { SseDecoder } from "../../../assembly/sse/decoder";
import { sseData, sseDone, sseEnd, sseEvent } from "../../../assembly/sse/encoder";
import { out } from "./output";

export { memoryBytes, outSize, outStart } from "./output";

let decoder = new SseDecoder();

/** A new decoder, and an empty output. */
export function begin(limit: i32): void {
  decoder.free();
  decoder = new SseDecoder(limit);
  out.clear();
}

/** Decodes a chunk and writes a record of each event; returns their number. */
export function push(start: usize, size: i32): i32 {
  decoder.push(sliceOf(start, size));
  let events = 0;
  while (decoder.next()) {
    record();
    events++;
  }
  return events;
}

export function finish(): i32 {
  if (!decoder.finish()) return 0;
  record();
  return 1;
}

export function pending(): i32 {
  return decoder.pending;
}

/** Decodes the same chunk repeatedly, and returns the number of events. */
export function repeat(start: usize, size: i32, times: i32): i32 {
  let events = 0;
  for (let i = 0; i < times; i++) {
    decoder.push(sliceOf(start, size));
    while (decoder.next()) events++;
  }
  return events;
}

/** Decodes a chunk in pieces of `step` bytes, and returns the number of events. */
export function pushInSteps(start: usize, size: i32, step: i32): i32 {
  let events = 0;
  for (let at = 0; at < size; at += step) {
    decoder.push(sliceOf(start + at, min(step, size - at)));
    while (decoder.next()) events++;
  }
  return events;
}

export function encode(typeStart: usize, typeSize: i32, start: usize, size: i32): void {
  out.clear();
  sseEvent(out, String.UTF8.decodeUnsafe(typeStart, typeSize));
  sseData(out);
  out.append(sliceOf(start, size));
  sseEnd(out);
  sseDone(out);
}

/** One event as a list of fields, each a letter, a size in four bytes, and its bytes. */
function record(): void {
  if (decoder.tooLong) field(0x74, sliceOf(1, 0));
  if (decoder.hasData) field(0x64, decoder.data);
  field(0x65, decoder.event);
  field(0x69, decoder.id);
  field(0x63, decoder.comment);
  field(0x72, decoder.raw);
  out.byte(0x3b);
}

function field(letter: u32, value: Slice): void {
  if (value == ABSENT) return;
  const size = sliceSize(value);
  out.byte(letter);
  store<u32>(out.reserve(4), size);
  out.size += 4;
  memory.copy(out.reserve(size), sliceStart(value), size);
  out.size += size;
}
