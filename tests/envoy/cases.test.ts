// SPDX-License-Identifier: Apache-2.0
// Every case file in the real Envoy.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isBuilt, loadCases } from "../harness/load-cases.ts";
import { CaseRing } from "./case-ring.ts";

const cases = loadCases(process.env.P);

for (const http2 of [false, true]) {
  const here = cases.filter((testCase) => testCase.upstreamHttp2 === http2);
  if (here.length === 0) continue;
  describe(`in Envoy, upstream over ${http2 ? "HTTP/2" : "HTTP/1.1"}`, { concurrency: 4 }, () => {
    const built = here.filter(({ plugin }) => isBuilt(plugin));
    const ring = new CaseRing(
      built.map((testCase) => ({ testCase, wasm: `build/${testCase.plugin}.wasm` })),
      http2,
    );
    before(() => ring.start());
    after(() => ring.stop());

    for (const testCase of here) {
      test(`${testCase.plugin}: ${testCase.name}`, async () => {
        assert.ok(isBuilt(testCase.plugin), `build/${testCase.plugin}.wasm is missing: run "make build"`);
        assert.deepEqual(await ring.run(testCase), []);
      });
    }
  });
}
