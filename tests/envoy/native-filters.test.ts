// SPDX-License-Identifier: Apache-2.0
// The same requests through Envoy's own AI filters and through ai-proxy: the tables of README.md and docs/comparison.md.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
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

  it("both in one Envoy: theirs reads the model, ours serves the chat, and no byte of the body changes", async () => {
    const body =
      '{"temperature": 1, "model":"gpt-4o",  "stream":true,"messages":[{"role":"user","content":"Hello!"}], "stream_options":{"include_usage":true}}';
    const { requests } = pair.providers.openai;
    const count = requests.length;
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${pair.urlOf("both", "openai")}/v1/chat/completions`, {
      method: "POST",
      headers,
      body,
    });
    assert.match(await response.text(), /data: \[DONE\]\n\n$/);
    assert.equal(requests[count].body.toString(), body);
    const log = join(pair.envoy.folder, "both.log");
    const written = (): string => (existsSync(log) ? readFileSync(log, "utf8") : "");
    for (let waits = 0; waits < 100 && !written().endsWith("\n"); waits++) await sleep(100);
    const line = JSON.parse(written()) as { native_model: string; usage: string };
    assert.equal((await pair.envoy.stats("token_usage_found"))["ai_protocol_manager.token_usage_found"], 1);
    assert.equal(line.native_model, "gpt-4o");
    assert.ok((JSON.parse(line.usage) as { total_tokens: number }).total_tokens > 0);
  });

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
