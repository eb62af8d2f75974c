// SPDX-License-Identifier: Apache-2.0
import type { HeapUse } from "./heap.ts";
import type { ProxyHost } from "./proxy-host.ts";

const WARM_UP = 20;
const RUNS = 16;
const ROUNDS = 20;

/**
 * Repeats `run` in rounds and says what grew if each round leaves more behind than the one before. The plugins collect
 * garbage when a root context goes, so one comes and goes before each look at the heap; a module that does not is given
 * more rounds' worth of doubt by the same rule: growth must not stop. A module whose collector works in steps needs more `runs` in a
 * round, for its heap goes up and down.
 */
export function findLeak(host: ProxyHost, run: () => void, runs = RUNS): string | null {
  for (let count = 0; count < WARM_UP; count++) run();
  const first = heapAfterCollection(host);
  let last = first;
  for (let round = 0; round < ROUNDS; round++) {
    const before = last.bytes;
    for (let count = 0; count < runs; count++) run();
    last = heapAfterCollection(host);
    if (last.bytes <= before) return null;
  }
  const perRun = (last.bytes - first.bytes) / (runs * ROUNDS);
  return `the module's heap grew by ${perRun.toFixed(1)} bytes a run, in every round`;
}

function heapAfterCollection(host: ProxyHost): HeapUse {
  host.collectGarbage();
  return host.vm.heapUse() ?? { blocks: 0, bytes: host.vm.memory.byteLength };
}
