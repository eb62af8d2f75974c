// SPDX-License-Identifier: Apache-2.0
// ai-proxy under attack: whatever clients, providers and routes send, every law of tests/fuzz/laws.ts holds.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { fuzzConfigurations } from "../fuzz/configurations.ts";
import { countSteps } from "../fuzz/counted.ts";
import { Fuzzer } from "../fuzz/fuzzer.ts";
import { GATEWAY_KEY, targets } from "../fuzz/targets.ts";
import { most } from "../fuzz/work.ts";
import { seed } from "../unit/random.ts";

const WASM = "build/ai-proxy.wasm";
const COUNTED = "build/test/ai-proxy.counted.wasm";
const TOTAL = 32_000;
const PER_TARGET = Math.ceil(TOTAL / targets.length);
const BATCH = 150;
const BATCHES = 8;
/** Bytes that scratch buffers, kept from exchange to exchange, may take together. */
const MOST_HELD = 2 << 20;
const CONFIGURATIONS = 2_000;

describe(`ai-proxy under ${TOTAL} mutated exchanges`, () => {
  before(() => void countSteps(WASM, COUNTED));

  for (const [index, target] of targets.entries()) {
    test(`${target.name}: no trap, nothing broken, bounded work, memory flat`, (t) => {
      const first = seed() + index;
      t.diagnostic(`SEED=${seed()}`);
      const fuzzer = new Fuzzer(target, COUNTED);
      fuzzer.run(PER_TARGET - BATCHES * BATCH, first);
      const held = Array.from({ length: BATCHES }, () => {
        fuzzer.run(BATCH, first);
        return fuzzer.heldBytes();
      });
      // A buffer or an object of a pool that is used again may grow once more; what leaks grows with every batch.
      const grows = held.every((bytes, at) => at === 0 || bytes > held[at - 1]!);
      assert.ok(!grows, `the module holds ${held.join(", ")} bytes, batch after batch`);
      assert.ok(Math.max(...held) < MOST_HELD, `the module holds ${held.join(", ")} bytes`);
      assert.equal(fuzzer.count, PER_TARGET);
    });
  }

  test("the released module does as the one that counts its steps", () => {
    for (const target of targets) new Fuzzer(target, WASM).run(BATCH, seed());
  });

  test(`${CONFIGURATIONS} mutated configurations are accepted, or refused with a reason`, (t) => {
    const configs = targets.map(({ config }) => config);
    const accepted = fuzzConfigurations(
      { plugin: "ai-proxy", wasm: WASM, configs, secret: GATEWAY_KEY },
      CONFIGURATIONS,
      seed(),
    );
    t.diagnostic(`SEED=${seed()}, ${accepted} accepted`);
    assert.ok(accepted > CONFIGURATIONS / 10 && accepted < CONFIGURATIONS, `${accepted} accepted is no good mixture`);
  });

  test("work was really measured", (t) => {
    t.diagnostic(`at most ${most.steps} steps and ${most.calls} host calls in one exchange`);
    assert.ok(most.steps > 1000 && most.calls > 10);
  });
});
