// `make lint` names what a new plugin lacks.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lacking } from "../../tools/lint/plugin-files.ts";
import { findPlugins } from "../../tools/plugins.ts";

describe("the files of a plugin", () => {
  it("are missing for one that is new", () => {
    const names = { name: "hello", folder: "plugins/hello", entry: "", wasm: "", poisoned: "", higress: "" };
    const lines = lacking(names);
    assert.ok(lines.length >= 7);
    assert.ok(lines.includes("plugins/hello lacks examples/kubernetes/higress/hello.yaml, a WasmPlugin"));
    assert.ok(lines.includes("plugins/hello lacks tests/tools/wrong-configs.ts, a wrong configuration of hello"));
  });

  it("are there for each plugin", () => assert.deepEqual(findPlugins().flatMap(lacking), []));
});
