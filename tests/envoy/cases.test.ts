// SPDX-License-Identifier: Apache-2.0
// Every case file in the real Envoy.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isBuilt, selectedCases } from "../harness/load-cases.ts";
import { isBefore137 } from "../harness/oldest.ts";
import { positionsOf, type Position } from "../harness/positions.ts";
import { CaseRing } from "./case-ring.ts";

const cases = selectedCases();

/** The cases that need Envoy 1.37 in the router's chain, and what is different before it. */
const NEEDS_137 = new Map([
  ["errors-first-in-streams", "an error that begins a stream becomes a local reply"],
  ["errors-of-dashscope", "an error of nothing but trailers has no body"],
  ["trailers", "an error of nothing but trailers has no body"],
  ["failover", "the client gets a 400 whose body says that the API key failed"],
]);

for (const position of ["downstream", "upstream"] satisfies Position[])
  for (const http2 of [false, true]) run(position, http2);

function run(position: Position, http2: boolean): void {
  const here = cases.filter(({ plugin, upstreamHttp2 }) => {
    return upstreamHttp2 === http2 && positionsOf(plugin).includes(position);
  });
  if (here.length === 0) return;
  const where = position === "downstream" ? "in Envoy" : "in Envoy's router";
  describe(`${where}, upstream over ${http2 ? "HTTP/2" : "HTTP/1.1"}`, { concurrency: 4 }, () => {
    const built = here.filter(({ plugin }) => isBuilt(plugin));
    const ring = new CaseRing(
      built.map((testCase) => ({ testCase, wasm: `build/${testCase.plugin}.wasm` })),
      http2,
      position,
    );
    before(() => ring.start());
    after(() => ring.stop());

    for (const testCase of here) {
      const reason = position === "upstream" && isBefore137() && NEEDS_137.get(testCase.name.split(",")[0]);
      test(`${testCase.plugin}: ${testCase.name}`, { skip: reason }, async () => {
        assert.ok(isBuilt(testCase.plugin), `build/${testCase.plugin}.wasm is missing: run "make build"`);
        assert.deepEqual(await ring.run(testCase), []);
      });
    }
  });
}
