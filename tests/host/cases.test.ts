// SPDX-License-Identifier: Apache-2.0
// Every case file on the Node host, in every position in which its plugin works, and the laws that hold for each of its
// exchanges. A stream is cut at every offset before the router alone: the position changes nothing of how it is read.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isBuilt, selectedCases } from "../harness/load-cases.ts";
import { positionsOf } from "../harness/positions.ts";
import { caseRedis } from "./case-redis.ts";
import { HostCase } from "./run-case.ts";

const cases = selectedCases();

before(() => caseRedis.start(cases));
after(() => caseRedis.stop());

for (const plugin of new Set(cases.map((testCase) => testCase.plugin))) {
  for (const position of positionsOf(plugin)) {
    describe(`${plugin} on the Node host${position === "upstream" ? ", in the router's chain" : ""}`, () => {
      for (const testCase of cases.filter((testCase) => testCase.plugin === plugin)) {
        test(`${plugin}: ${testCase.name}`, () => {
          assert.ok(isBuilt(plugin), `build/${plugin}.wasm is missing: run "make build"`);
          const onHost = new HostCase(testCase, `build/${plugin}.wasm`, position);
          assert.deepEqual(onHost.run(), []);
          assert.deepEqual(onHost.bytewiseRequests(), []);
          assert.deepEqual(position === "downstream" ? onHost.cutStreams() : onHost.bytewiseStreams(), []);
          assert.deepEqual(onHost.leaks(), []);
        });
      }
    });
  }
}
