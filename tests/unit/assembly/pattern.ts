import { sliceOf, sliceToString } from "../../../assembly/bytes/slice";
import { Captures } from "../../../assembly/pattern/captures";
import { Pattern, PatternError, PatternFlags, patternSteps } from "../../../assembly/pattern/pattern";
import { LiteralSet } from "../../../assembly/pattern/literal-set";
import { PatternSet } from "../../../assembly/pattern/pattern-set";
import { PatternScan } from "../../../assembly/pattern/scan";
import { out } from "./output";

export { memoryBytes, outSize, outStart } from "./output";

const captures = new Captures();
const refusal = new PatternError();
let pattern = Pattern.compile("")!;

export function compile(start: usize, size: i32, flags: i32): bool {
  const compiled = Pattern.compile(sliceToString(sliceOf(start, size)), <PatternFlags>flags, refusal);
  if (compiled) pattern = compiled;
  return compiled != null;
}

/** The reason for the refusal of the last pattern. */
export function error(): void {
  out.clear();
  out.text(refusal.message);
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

/** Writes start and end of every group, 32 bits each; false if there is no match. */
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

let patternSet = PatternSet.compile([])!;
let literalSet = LiteralSet.compile([])!;
let usesLiterals = false;
const scans: StaticArray<usize> = [changetype<usize>(new PatternScan()), changetype<usize>(new PatternScan())];

/** Sets the patterns or literals of the set: one per line of the text. */
export function compileSet(start: usize, size: i32, flags: i32, literals: bool): bool {
  const lines = sliceToString(sliceOf(start, size)).split("\n");
  usesLiterals = literals;
  if (literals) {
    const compiled = LiteralSet.compile(lines, <PatternFlags>flags, refusal);
    if (compiled) literalSet = compiled;
    return compiled != null;
  }
  const compiled = PatternSet.compile(lines, <PatternFlags>flags, refusal);
  if (compiled) patternSet = compiled;
  return compiled != null;
}

/** Begins a text; two texts can be scanned alternately, as numbers 0 and 1. */
export function beginSet(number: i32): void {
  if (usesLiterals) literalSet.begin(scanAt(number));
  else patternSet.begin(scanAt(number));
}

export function feedSet(number: i32, start: usize, size: i32): bool {
  const chunk = sliceOf(start, size);
  return usesLiterals ? literalSet.feed(scanAt(number), chunk) : patternSet.feed(scanAt(number), chunk);
}

export function finishSet(number: i32): i32 {
  if (!usesLiterals) patternSet.finish(scanAt(number));
  return scanAt(number).matched;
}

export function searchSet(start: usize, size: i32): i32 {
  return patternSet.search(sliceOf(start, size));
}

export function setSteps(): f64 {
  return <f64>(usesLiterals ? literalSet.steps : patternSet.steps);
}

export function setFlushes(): i32 {
  return patternSet.flushes;
}

/** The collector does not manage a scan. */
function scanAt(number: i32): PatternScan {
  return changetype<PatternScan>(scans[number]);
}
