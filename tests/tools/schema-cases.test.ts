// SPDX-License-Identifier: Apache-2.0
// schema.json must give the same result as the module. Both check every configuration of every
// case.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { findPlugins, root } from "../../tools/plugins.ts";
import { loadCases } from "../harness/load-cases.ts";
import { ProxyHost } from "../host/proxy-host.ts";

/** The module's messages for a value of a wrong type, that is not a choice, or that is out of range: a schema can check these. */
const DESCRIBABLE =
  / must be (?:an? (?:string|list|list of \w+|object|object of strings|number|whole number)|true or false|one of .*|at (?:least|most) \d+)$/;

/** Messages of refusals that a schema cannot check, and why. */
const UNSAID: [line: RegExp, reason: string][] = [
  [/^\S+: \$\._rules_/, "a rule has the options of the top as far as it has any: the schema leaves them to the module"],
];

/** Cases that a schema cannot check, and why. */
const TIGHTER = new Map([
  ["key-auth: config-errors, a number whose digits are lost", "to a schema 1e3 and 1000 are one number"],
]);

/** Cases whose configuration the module accepts and the schema refuses, and why. */
const LOOSER = new Map([
  ["ai-proxy: config-warnings", "an unused provider may be wrong: a warning, which a schema cannot express"],
  ["ai-proxy: qwen-native-reasoning", "reasoningContentMode may be in any case, as in Higress; the schema has one way"],
]);

/** Modules without any option, whose configuration has no effect. */
const WITHOUT_OPTIONS = ["redis-bridge"];

for (const { name, folder, wasm } of findPlugins().filter((plugin) => !WITHOUT_OPTIONS.includes(plugin.name))) {
  describe(`${folder}/schema.json and the cases of ${name}`, () => {
    const schema = JSON.parse(readFileSync(join(root, folder, "schema.json"), "utf8")) as object;
    const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, keywords: ["x-version"] });
    const validate = ajv.compile(schema);
    const seen = new Set<string>();
    let [accepted, refused] = [0, 0];

    for (const testCase of loadCases(name)) {
      const config = objectOf(testCase.configuration);
      if (!config || seen.has(JSON.stringify(config))) continue;
      seen.add(JSON.stringify(config));
      it(`${testCase.name}`, () => {
        const host = new ProxyHost(wasm, { logLevel: "error" });
        const isAccepted = host.configure(name, testCase.configuration) !== null;
        const isDescribed = validate(config);
        const said = host.vm.logs.map(({ text }) => text);
        if (isAccepted) {
          accepted++;
          const isLooser = LOOSER.has(`${name}: ${testCase.name}`);
          assert.ok(
            isDescribed !== isLooser,
            `the module takes what the schema refuses: ${ajv.errorsText(validate.errors)}`,
          );
          return;
        }
        refused++;
        const describable = said.filter((line) => DESCRIBABLE.test(line) && !UNSAID.some(([text]) => text.test(line)));
        if (describable.length && !TIGHTER.has(`${name}: ${testCase.name}`))
          assert.ok(!isDescribed, `the schema takes what the module refuses: ${describable}`);
      });
    }

    it("were of both kinds", () => assert.ok(accepted > 0 && refused > 0, `${accepted} and ${refused}`));
  });
}

/** The object in a configuration's text; undefined if there is none. */
function objectOf(text: string | undefined): object | undefined {
  try {
    const value = JSON.parse(text ?? "") as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
