// A configuration in a plugin's README is one that people paste: each must be accepted, with every key known.
// Blocks of other kinds say so behind the language: ```yaml envoy.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { findPlugins, root } from "../../tools/plugins.ts";
import { ProxyHost } from "./proxy-host.ts";

for (const { name, folder, wasm } of findPlugins()) {
  describe(`${folder}/README.md`, () => {
    const file = join(root, folder, "README.md");
    const readme = existsSync(file) ? readFileSync(file, "utf8") : "";
    const snippets = [...readme.matchAll(/^```yaml\n([\s\S]*?)^```/gm)];

    it("shows a configuration", () => assert.notEqual(snippets.length, 0));

    for (const snippet of snippets) {
      const line = readme.slice(0, snippet.index).split("\n").length;
      it(`line ${line} loads`, () => {
        const host = new ProxyHost(wasm, { logLevel: "warn" });
        const accepted = host.configure(name, JSON.stringify(parse(snippet[1])));
        const said = host.vm.logs.map(({ text }) => text);
        assert.ok(accepted, said.join("\n"));
        assert.deepEqual(said, []);
      });
    }
  });
}
