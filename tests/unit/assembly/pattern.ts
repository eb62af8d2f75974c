import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { sliceOf, sliceToString } from "../../../assembly/bytes/slice";
import { Captures } from "../../../assembly/pattern/captures";
import { Pattern, PatternFlags, patternError, patternSteps } from "../../../assembly/pattern/pattern";

const out = new ByteBuffer();
const captures = new Captures();
let pattern = Pattern.compile("")!;

export function outStart(): usize {
  return out.start;
}

export function outSize(): i32 {
  return out.size;
}

export function memoryBytes(): i32 {
  return memory.size() << 16;
}

export function compile(start: usize, size: i32, flags: i32): bool {
  const compiled = Pattern.compile(sliceToString(sliceOf(start, size)), <PatternFlags>flags);
  if (compiled) pattern = compiled;
  return compiled != null;
}

/** Why the last pattern was refused. */
export function error(): void {
  out.clear();
  out.text(patternError());
}

export function steps(): f64 {
  return <f64>patternSteps();
}

export function search(start: usize, size: i32): bool {
  return pattern.search(sliceOf(start, size));
}

export function matches(start: usize, size: i32): bool {
  return pattern.matches(sliceOf(start, size));
}

/** Writes begin and end of every group, 32 bits each; false if nothing was found. */
export function find(start: usize, size: i32, from: i32): bool {
  const isFound = pattern.find(sliceOf(start, size), captures, from);
  out.clear();
  for (let i = 0; i < captures.count; i++) {
    store<i32>(out.reserve(8), captures.start(i));
    store<i32>(out.reserve(8), captures.end(i), 4);
    out.size += 8;
  }
  return isFound;
}

export function replace(start: usize, size: i32, templateStart: usize, templateSize: i32): void {
  out.clear();
  pattern.replace(sliceOf(start, size), sliceOf(templateStart, templateSize), out);
}
