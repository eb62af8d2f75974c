// docs/schema.json, which editors read, says of a configuration what the plugin's own schema.json says of it.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, it } from "node:test";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { EDITOR_SCHEMA, editorSchema } from "../../tools/editor-schema.ts";
import { filesIn } from "../../tools/files.ts";
import { findPlugins, root } from "../../tools/plugins.ts";
import { wrongConfigs } from "./wrong-configs.ts";

const read = (file: string): string => readFileSync(join(root, file), "utf8");
const ajv = new Ajv({ allErrors: true, strict: false });
const validate = ajv.compile(JSON.parse(editorSchema()) as object);
const accepts = (value: unknown): boolean => validate(value);
const said = (): string => ajv.errorsText(validate.errors);

const wasmPlugin = (name: string, spec: object): object => ({
  ...{ apiVersion: "extensions.higress.io/v1alpha1", kind: "WasmPlugin", metadata: { name } },
  spec: { url: `oci://registry.example.com/x/${name}:1.0.0`, ...spec },
});

const filter = (name: string, value: unknown): object => ({
  static_resources: {
    listeners: [
      {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
        config: {
          vm_config: { code: { local: { filename: `/opt/${name}.wasm` } } },
          configuration: { "@type": "type.googleapis.com/google.protobuf.Struct", value },
        },
      },
    ],
  },
});

describe(EDITOR_SCHEMA, () => {
  for (const { name, folder } of findPlugins()) {
    it(`has ${name}, wherever its configuration stands`, () => {
      const own = new Ajv2020({ strict: false }).compile(JSON.parse(read(`${folder}/schema.json`)) as object);
      const wrong = wrongConfigs[name] ? [parse(wrongConfigs[name].yaml) as object] : [];
      for (const config of [...wrong, {}, { _rules_: [] }, { _rules_: "x" }]) {
        const expected = own(config);
        const shown = `${JSON.stringify(config)}: ${said()}`;
        assert.equal(accepts(wasmPlugin(name, { defaultConfig: config })), expected, shown);
        assert.equal(accepts(wasmPlugin(name, { matchRules: [{ ingress: ["x"], config }] })), expected, shown);
        assert.equal(
          accepts({ ...wasmPlugin(name, { pluginConfig: config }), apiVersion: "extensions.istio.io/v1alpha1" }),
          expected,
          shown,
        );
        assert.equal(accepts(filter(name, config)), expected, shown);
      }
    });
  }

  it("refuses a misspelt field of a WasmPlugin, and a rule for nothing", () => {
    for (const spec of [
      { defaultConfigs: {} },
      { matchRules: [{ config: {} }] },
      { matchRules: [{ ingress: [], configs: {} }] },
    ])
      assert.equal(accepts(wasmPlugin("key-auth", spec)), false, JSON.stringify(spec));
  });

  it("refuses an object as the configuration of a route", () => {
    const route = (config: unknown): object => ({
      routes: [{ metadata: { filter_metadata: { "key-auth": { config } } } }],
    });
    assert.ok(accepts(route("{}")));
    assert.equal(accepts(route({})), false);
  });

  for (const file of [...filesIn("envoy", ".yaml"), ...filesIn("examples", ".yaml")]) {
    it(`accepts ${file}`, () => {
      for (const text of read(file).split(/^---$/m)) assert.ok(accepts(parse(text, { merge: true })), said());
    });
  }

  for (const file of filesIn("examples/kubernetes", ".yaml").filter((path) => path.includes("/higress/"))) {
    it(`is named in ${file}`, () => {
      const path = /^# yaml-language-server: \$schema=(\S+)$/m.exec(read(file))?.[1] ?? "";
      const target = join(root, dirname(file), path);
      assert.equal(relative(root, target), EDITOR_SCHEMA);
      assert.ok(existsSync(target));
    });
  }
});
