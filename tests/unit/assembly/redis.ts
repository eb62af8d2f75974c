import { ABSENT, sliceOf } from "../../../assembly/bytes/slice";
import { ReplyDecoder } from "../../../assembly/redis/decoder";
import { ReplyReader } from "../../../assembly/redis/reply";
import { out } from "./output";

export { memoryBytes, outSize, outStart } from "./output";

let decoder = new ReplyDecoder();
const reader = new ReplyReader();

/** A new decoder, and an empty output. */
export function begin(limit: i32): void {
  decoder.reset();
  decoder = new ReplyDecoder(limit);
  out.clear();
}

/** Decodes a chunk; writes each reply and a NUL to the output, and returns their number. */
export function push(start: usize, size: i32): i32 {
  decoder.push(sliceOf(start, size));
  let replies = 0;
  for (let reply = decoder.next(); reply != ABSENT; reply = decoder.next()) {
    out.append(reply).byte(0);
    reader.begin(reply);
    while (reader.next()) {}
    replies++;
  }
  return replies;
}

/** Decodes a chunk in pieces of `step` bytes, `times` times, and returns the number of replies. */
export function pushInSteps(start: usize, size: i32, step: i32, times: i32): i32 {
  let replies = 0;
  for (let i = 0; i < times; i++) {
    for (let at = 0; at < size; at += step) {
      decoder.push(sliceOf(start + at, min(step, size - at)));
      while (decoder.next() != ABSENT) replies++;
    }
  }
  return replies;
}

export function fault(): i32 {
  return decoder.fault;
}

export function isWithin(): bool {
  return decoder.isWithin;
}

/** Begins with a new connection. */
export function reset(): void {
  decoder.reset();
  out.clear();
}
