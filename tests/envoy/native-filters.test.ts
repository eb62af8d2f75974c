// SPDX-License-Identifier: Apache-2.0
// The same requests through Envoy's own AI filters and through ai-proxy: the tables of README.md and docs/comparison.md.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { findEnvoy } from "../harness/find-envoy.ts";
import { type Gateway, type Pair, startPair } from "./native/gateway.ts";
import { type Outcome, type Row, ROWS } from "./native/rows.ts";

// The filters change with each release; the tables are of the one that is named in them.
const version = readFileSync(new URL("../../envoy/VERSION", import.meta.url), "utf8").trim();
const found = findEnvoy().version;
const skip = found === version ? false : `the tables are of Envoy ${version}, this is ${found}`;

describe("Envoy's own AI filters beside ai-proxy", { skip }, () => {
  let pair: Pair;
  before(async () => {
    pair = await startPair();
  });
  after(() => pair?.close());

  async function send({ provider, path, body }: Row, gateway: Gateway): Promise<Outcome> {
    const { requests } = pair.providers[provider];
    const count = requests.length;
    const response = await fetch(pair.urlOf(gateway, provider) + path, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer sk-client" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, received: requests[count] };
  }

  for (const row of ROWS) {
    for (const gateway of ["native", "ours"] as const) {
      it(`${gateway}: ${row.client} to ${row.provider}, ${row.what}`, async () => {
        const outcome = await send(row, gateway);
        const advice = `change the row in tests/envoy/native/rows.ts, then run make docs; the response was ${outcome.status} ${outcome.text.slice(0, 500)}`;
        assert.equal(row.judge(outcome), row.expected[gateway], advice);
        for (const [name, value] of outcome.received?.headers ?? []) {
          assert.doesNotMatch(value, /sk-client/, `the client's key reaches the provider in ${name}`);
        }
      });
    }
  }
});
