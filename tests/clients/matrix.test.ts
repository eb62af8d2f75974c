// SPDX-License-Identifier: Apache-2.0
// Every client protocol over every provider: what works, what is refused, and by whom. The tables are in docs/matrix.md.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { findEnvoy } from "../harness/find-envoy.ts";
import { type Exception, EXCEPTIONS, expectedOf, resultOf } from "./matrix/cells.ts";
import { TESTS } from "./matrix/features.ts";
import { type Gateway, startGateway } from "./matrix/gateway.ts";
import type { Lane } from "./matrix/lane.ts";
import { NATIVE_EXCEPTIONS } from "./matrix/native-cells.ts";
import { FEATURES, NATIVE_ROWS, type Row, ROWS } from "./matrix/rows.ts";

const ADVICE = "change what is expected in tests/clients/matrix, then run make docs";
// Envoy's filters change with each release; the table is of the one that is named in it.
const hasNative = findEnvoy().version === readFileSync(new URL("../../envoy/VERSION", import.meta.url), "utf8").trim();

describe("the matrix of client protocols and providers", () => {
  let gateway: Gateway;
  before(async () => {
    gateway = await startGateway(hasNative);
  });
  after(() => gateway?.close());

  function cells(rows: Row[], exceptions: Exception[], laneOf: (row: Row) => Lane): void {
    for (const row of rows) {
      for (const name of FEATURES) {
        it(`${row.client} to ${row.provider}: ${name}`, async () => {
          const expected = expectedOf(exceptions, row, name)?.result ?? "works";
          assert.equal(await resultOf(laneOf(row), TESTS[name]), expected, ADVICE);
        });
      }
    }
  }

  cells(ROWS, EXCEPTIONS, (row) => gateway.lane(row));
  describe("by Envoy's own transcoder", { skip: !hasNative }, () => {
    cells(NATIVE_ROWS, NATIVE_EXCEPTIONS, (row) => gateway.nativeLane(row));
  });
});
