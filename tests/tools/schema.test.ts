import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parseAllDocuments } from "yaml";
import { filesIn } from "../../tools/files.ts";
import { findPlugins, root } from "../../tools/plugins.ts";

const read = (file: string): string => readFileSync(join(root, file), "utf8");
/** The configurations of a plugin in Envoy's yaml: as a value of a filter, or as metadata of a route. */
const configurations = (file: string, plugin: string): object[] =>
  [parseAllDocuments(read(file))].flat().flatMap((document) => findIn(document.toJS(), plugin));

function findIn(value: unknown, plugin: string): object[] {
  if (typeof value !== "object" || value === null) return [];
  const { name, typed_config: filter, filter_metadata: metadata } = value as Record<string, any>;
  const texts = [name === plugin && filter?.config?.configuration?.value, metadata?.[plugin]?.config];
  const found = texts.filter((text) => typeof text === "string").map((text) => JSON.parse(text) as object);
  return [...found, ...Object.values(value).flatMap((inner) => findIn(inner, plugin))];
}

for (const { name, folder } of findPlugins()) {
  describe(`${folder}/schema.json`, () => {
    const schema = JSON.parse(read(`${folder}/schema.json`)) as Record<string, any>;
    const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, keywords: ["x-version"] });
    const validate = ajv.compile(schema);

    it("describes the plugin, and has its version", () => {
      assert.equal(schema.title, name);
      assert.match(schema.description, /\.$/);
      assert.match(schema["x-version"], /^\d+\.\d+\.\d+$/);
    });

    it("has defaults and examples that it accepts", () => {
      const properties = [schema, ...Object.values<any>(schema.$defs ?? {})].flatMap((part) =>
        Object.entries<any>(part.properties ?? {}),
      );
      for (const [key, property] of properties) {
        assert.match(property.description, /\.$/, key);
        const values = [...(property.examples ?? []), ...("default" in property ? [property.default] : [])];
        for (const value of values) {
          assert.ok(ajv.validate({ ...property, $defs: schema.$defs }, value), `${key}: ${JSON.stringify(value)}`);
        }
      }
    });

    it("accepts rules alone", () => {
      assert.ok(validate({ _rules_: [{ _match_route_: ["default"] }] }), ajv.errorsText(validate.errors));
    });

    for (const file of [...filesIn("envoy", ".yaml"), ...filesIn("examples", ".yaml")]) {
      it(`accepts the configurations in ${file}`, () => {
        for (const config of configurations(file, name)) assert.ok(validate(config), ajv.errorsText(validate.errors));
      });
    }
  });
}
