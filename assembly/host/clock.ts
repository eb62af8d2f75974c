import { clock_time_get, proxy_get_current_time_nanoseconds, random_get } from "../abi/imports";

const slot: usize = memory.data(8, 8);

/** Nanoseconds since 1970, as the host tells them. */
export function now(): u64 {
  store<u64>(slot, 0);
  proxy_get_current_time_nanoseconds(slot);
  return load<u64>(slot);
}

// https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md#clockid
const MONOTONIC = 1;

/** Nanoseconds since some moment, the same for all workers: nobody sets this clock. */
export function monotonic(): u64 {
  store<u64>(slot, 0);
  clock_time_get(MONOTONIC, 0, slot);
  return load<u64>(slot);
}

/** Seconds since 1970. */
export function nowInSeconds(): i64 {
  return <i64>(now() / 1_000_000_000);
}

/** Sixty-four random bits from the host. */
export function random(): u64 {
  store<u64>(slot, 0);
  random_get(slot, 8);
  return load<u64>(slot);
}

/** A random whole number from 0 up to, and without, `bound` (at least 1). */
export function randomBelow(bound: i32): i32 {
  return <i32>(random() % <u64>bound);
}
