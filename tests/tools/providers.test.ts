// SPDX-License-Identifier: Apache-2.0
// The module, its schema and the documents contain the same list of provider types.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { root } from "../../tools/plugins.ts";
import { compatibleSettings } from "../../tools/provider-settings.ts";
import { listedProviders, providerFiles, providers } from "../../tools/providers.ts";
import { FACTS } from "../providers/compatible/facts.ts";
import { ProxyHost } from "../host/proxy-host.ts";

const read = (file: string): string => readFileSync(join(root, file), "utf8");
const listed = listedProviders().map(({ id }) => id);

it("tools read the list of the module", () => {
  const host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "error" });
  assert.equal(host.configure("ai-proxy", JSON.stringify({ provider: { type: "no such type" } })), null);
  const line = host.vm.logs.map(({ text }) => text).find((text) => text.includes("$.provider.type must be one of "));
  assert.deepEqual(line?.split(" must be one of ")[1].split(", "), listed);
});

it("every file of a provider is in the list, and every entry has a file", () => {
  assert.deepEqual(providerFiles().sort(), [...listed].sort());
});

it("the schema has the types of the list", () => {
  const schema = JSON.parse(read("plugins/ai-proxy/schema.json")) as {
    $defs: { provider: { properties: { type: { enum: string[] } } } };
  };
  assert.deepEqual(schema.$defs.provider.properties.type.enum, listed);
});

it("the README names each, and PROVIDERS.md has a row with a sentence for each", () => {
  const named = [...read("README.md").matchAll(/\[`([^`]+)`\]\((plugins\/ai-proxy\/providers\/[^)]+)\)/g)];
  assert.deepEqual(
    named.map(([, id, file]) => ({ id, file })),
    providers(),
  );
  const table = read("plugins/ai-proxy/PROVIDERS.md").split("<!-- end: providers -->")[0];
  const rows = [...table.matchAll(/^\| \[`([^`]+)`\]\(([^)]+)\) \| (.+) \|$/gm)];
  assert.deepEqual(
    rows.map(([, id, file]) => ({ id, file: `plugins/ai-proxy/${file}` })),
    providers(),
  );
  for (const [, id, , meaning] of rows) assert.match(meaning, /\w/, id);
});

describe("providers that are only data", () => {
  const data = listedProviders().filter(compatibleSettings);

  it("are at least thirty, of at most 13 lines each", () => {
    assert.ok(data.length >= 30, String(data.length));
    const long = data.filter(({ file }) => read(file).trimEnd().split("\n").length > 13);
    assert.deepEqual(long, []);
  });

  it("have the facts of their pages, and every file of facts has its provider", () => {
    const types = FACTS.map(({ type }) => type);
    const without = data.filter(({ id }) => !types.includes(id));
    assert.deepEqual(without, []);
    const listed = listedProviders().map(({ id }) => id);
    assert.deepEqual(
      types.filter((type) => !listed.includes(type)),
      [],
    );
  });

  for (const { type, page, base, refuses, reasoning, switch: by } of FACTS) {
    it(`${type}: every fact has a page`, () => {
      const pages = [
        page,
        ...(refuses.fields.length ? [refuses.page] : []),
        ...(reasoning.forms.length ? [reasoning.page] : []),
      ];
      for (const url of [...pages, ...(by ? [by.page] : [])]) assert.match(String(url), /^https:\/\/\S+$/);
      assert.ok(URL.canParse(base));
    });
  }
});
