// SPDX-License-Identifier: Apache-2.0
// Every entry of the shipped table of models works as an entry of a configuration, and each model is found by one name.
import assert from "node:assert/strict";
import { test } from "node:test";
import { modelData } from "../../tools/model-table.ts";
import { ProxyHost } from "./proxy-host.ts";

const { date, groups } = modelData();

test("the table has a date, and sources for every group", () => {
  assert.match(date, /^\d{4}-\d{2}-\d{2}$/);
  for (const { sources } of groups) for (const source of sources) assert.match(source, /^https:\/\/\S+$/);
});

for (const { providers, models } of groups) {
  test(`the models of ${providers[0]} are read without an error or a warning`, () => {
    const entries = models.flatMap(({ model, like, ...rest }) =>
      String(model)
        .split(" ")
        .map((name) => ({ model: name, ...rest })),
    );
    const provider = { type: providers[0], apiToken: "sk-test-0001", models: entries };
    const host = new ProxyHost("build/ai-proxy.wasm");
    assert.ok(host.configure("ai-proxy", JSON.stringify({ provider })));
    assert.deepEqual(
      host.vm.logs.map(({ text }) => text).filter((text) => text.includes("models")),
      [],
    );
  });

  test(`no two entries of ${providers[0]} have one name, and what they refer to stands before them`, () => {
    const seen = new Set<string>();
    for (const { model, like } of models) {
      if (like !== undefined) assert.ok(seen.has(String(like)), `${model} is like ${like}`);
      for (const name of String(model).split(" ")) {
        assert.ok(!seen.has(name), name);
        seen.add(name);
      }
    }
  });
}
