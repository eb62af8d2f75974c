// SPDX-License-Identifier: Apache-2.0
import type { ProxyHost } from "./proxy-host.ts";

const WARM_UP = 20;
const RUNS = 50;
const ROUNDS = 60;

/**
 * Repeats `run` until a round of runs leaves no more behind than the first one did, and says what grew if none ever
 * does. Garbage that waits for the collector grows too, but not for ever: a host buffer that was not freed does.
 */
export function findLeak(host: ProxyHost, run: () => void): string | null {
  for (let count = 0; count < WARM_UP; count++) run();
  const first = round(host, run);
  let last = first;
  for (let count = 1; count < ROUNDS; count++) {
    last = round(host, run);
    if (last.bytes <= first.bytes && last.memory <= first.memory) return null;
  }
  const perRun = (last.bytes - first.bytes) / (RUNS * (ROUNDS - 1));
  // The smallest block has 16 bytes: less than a byte a run is only where the collector happened to stand.
  if (perRun < 1 && last.memory <= first.memory) return null;
  return `the module's heap grew by ${perRun.toFixed(1)} bytes a run (memory ${first.memory} → ${last.memory})`;
}

/** The least that was in use after any run of a round, and the size of the memory at its end. */
function round(host: ProxyHost, run: () => void): { bytes: number; memory: number } {
  let bytes = Infinity;
  for (let count = 0; count < RUNS; count++) {
    run();
    bytes = Math.min(bytes, host.vm.heapUse()?.bytes ?? 0);
  }
  return { bytes, memory: host.vm.memory.byteLength };
}
