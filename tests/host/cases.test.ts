// SPDX-License-Identifier: Apache-2.0
// Every case file on the Node host, and the laws that hold for each of its exchanges.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isBuilt, selectedCases } from "../harness/load-cases.ts";
import { HostCase } from "./run-case.ts";

const cases = selectedCases();
for (const plugin of new Set(cases.map((testCase) => testCase.plugin))) {
  describe(`${plugin} on the Node host`, () => {
    for (const testCase of cases.filter((testCase) => testCase.plugin === plugin)) {
      test(`${plugin}: ${testCase.name}`, () => {
        assert.ok(isBuilt(plugin), `build/${plugin}.wasm is missing: run "make build"`);
        const onHost = new HostCase(testCase, `build/${plugin}.wasm`);
        assert.deepEqual(onHost.run(), []);
        assert.deepEqual(onHost.bytewiseRequests(), []);
        assert.deepEqual(onHost.cutStreams(), []);
        assert.deepEqual(onHost.leaks(), []);
      });
    }
  });
}
