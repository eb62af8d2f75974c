// SPDX-License-Identifier: Apache-2.0
// `make fuzz MINUTES=5`: attacks ai-proxy with new seeds, and prints how to reproduce an error.
import { seed } from "../unit/random.ts";
import { countSteps } from "./counted.ts";
import { Fuzzer } from "./fuzzer.ts";
import { targets } from "./targets.ts";
import { most } from "./work.ts";

const EXCHANGES = 2_000;
const WASM = countSteps("build/ai-proxy.wasm", "build/test/ai-proxy.counted.wasm");
const minutes = Number(process.env.MINUTES || 5);
const end = performance.now() + minutes * 60_000;
// Each run starts with another seed, unless SEED is set.
const first = process.env.SEED ? seed() : Math.floor(Math.random() * 1e9);

let count = 0;
let found = 0;
console.log(`fuzz: ${targets.length} targets, ${minutes} minutes, SEED=${first}`);
for (let round = first; performance.now() < end; round++) {
  for (const target of targets) {
    const fuzzer = new Fuzzer(target, WASM, round);
    try {
      fuzzer.run(EXCHANGES, round);
    } catch (error) {
      found++;
      console.error(`\nSEED=${round} ${target.name}: ${(error as Error).message}`);
    }
    count += fuzzer.count;
  }
}
const { steps, calls } = most;
console.log(`fuzz: ${count} exchanges, ${found} faults; at most ${steps} steps and ${calls} host calls in one`);
process.exit(found > 0 ? 1 : 0);
