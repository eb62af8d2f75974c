import { clock_time_get, proxy_get_current_time_nanoseconds, random_get } from "../abi/imports";
import { expectBytes, RETURNED, returnedLong } from "../abi/memory";

/** Nanoseconds since 1970, from the host's clock. */
export function now(): u64 {
  expectBytes();
  proxy_get_current_time_nanoseconds(RETURNED);
  return returnedLong();
}

// https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md#clockid
const MONOTONIC = 1;

/** Nanoseconds of the monotonic clock, which is the same for all workers. */
export function monotonic(): u64 {
  expectBytes();
  clock_time_get(MONOTONIC, 0, RETURNED);
  return returnedLong();
}

/** Seconds since 1970. */
export function nowInSeconds(): i64 {
  return <i64>(now() / 1_000_000_000);
}

/** Sixty-four random bits from the host. */
export function random(): u64 {
  expectBytes();
  random_get(RETURNED, 8);
  return returnedLong();
}

/** A random whole number from 0 up to, and without, `bound` (at least 1). */
export function randomBelow(bound: i32): i32 {
  return <i32>(random() % <u64>bound);
}
