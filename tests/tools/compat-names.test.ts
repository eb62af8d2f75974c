// assembly/compat has the names of @solo-io/proxy-runtime: those of its `index` and `runtime`, and the callbacks of its `proxy`.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { compile } from "../../tools/compile.ts";
import { root } from "../../tools/plugins.ts";

const PACKAGE = "node_modules/@solo-io/proxy-runtime/assembly";
/** What only the package's own callbacks and its build use. */
const INTERNAL = [
  "abort_proc_exit",
  "Reference",
  "ensureRootContext",
  "ensureContext",
  "getBaseContext",
  "getContext",
  "getRootContext",
  "deleteContext",
];
/** Ours is the newer version of the ABI, and memory for the host is allocated as that version says. */
const OTHER_CALLBACKS = { proxy_abi_version_0_2_0: "proxy_abi_version_0_2_1", malloc: "proxy_on_memory_allocate" };

const read = (file: string): string => readFileSync(join(root, PACKAGE, file), "utf8");

/** The names that a file of the package exports itself. */
function declared(file: string): string[] {
  const names = read(file).matchAll(/^export (?:abstract )?(?:class|function|enum|var|let|const|type) (\w+)/gm);
  return [...names].map(([, name]) => name);
}

/** The names that the package's `index` exports again. */
function listed(): string[] {
  const names = /export \{([^}]+)\}/.exec(read("index.ts"))![1].split(",");
  return names.map((name) => name.trim()).filter(Boolean);
}

/** Compiles a file that exports names of ours again: a name that does not exist does not compile. */
async function exports(names: string[]): Promise<WebAssembly.Module> {
  mkdirSync(join(root, "build/test/compat-names"), { recursive: true });
  const entry = "build/test/compat-names/index.ts";
  const from = (file: string) => JSON.stringify(`../../../assembly/compat/${file}`);
  const lines = [`export * from ${from("proxy")};`, `export { ${names.join(", ")} } from ${from("index")};`];
  writeFileSync(join(root, entry), lines.join("\n"));
  await compile({ entry, out: "build/test/compat-names.wasm" });
  return new WebAssembly.Module(readFileSync(join(root, "build/test/compat-names.wasm")));
}

describe("assembly/compat", () => {
  const names = [...new Set([...listed(), ...declared("runtime.ts")])].filter((name) => !INTERNAL.includes(name));

  it("exports the names of the package, and its callbacks", async () => {
    assert.ok(listed().length >= 24 && names.length > 50, names.join());
    const callbacks = [...declared("exports.ts"), "malloc"].map(
      (name) => OTHER_CALLBACKS[name as keyof typeof OTHER_CALLBACKS] ?? name,
    );
    const exported = WebAssembly.Module.exports(await exports(names)).map(({ name }) => name);
    assert.deepEqual(
      callbacks.filter((name) => !exported.includes(name)),
      [],
    );
  });

  it("does not export a name that the package does not have", async () => {
    await assert.rejects(exports([...names, "no_such_name"]), /no_such_name/);
  });
});
