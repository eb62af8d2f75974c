// SPDX-License-Identifier: Apache-2.0
// Every provider with OpenAI's API in the real Envoy, in both positions, against what its public pages say.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Position } from "../../harness/positions.ts";
import { selectedCompatibleCases } from "../../providers/compatible/case.ts";
import { CaseRing } from "../case-ring.ts";

const cases = selectedCompatibleCases();

for (const position of cases.length > 0 ? (["downstream", "upstream"] satisfies Position[]) : []) {
  describe(`providers with OpenAI's API in Envoy, ${position}`, { concurrency: 4 }, () => {
    const ring = new CaseRing(
      cases.map((testCase) => ({ testCase, wasm: "build/ai-proxy.wasm" })),
      false,
      position,
    );
    before(() => ring.start());
    after(() => ring.stop());
    for (const testCase of cases) {
      test(`ai-proxy: ${testCase.name}`, async () => assert.deepEqual(await ring.run(testCase), []));
    }
  });
}
