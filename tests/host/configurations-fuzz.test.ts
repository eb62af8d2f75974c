// SPDX-License-Identifier: Apache-2.0
// Configurations of every plugin, mutated: each is accepted, or refused with a reason, and none traps or shows a key.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fuzzConfigurations } from "../fuzz/configurations.ts";
import { seed } from "../unit/random.ts";
import { guards } from "./guarding.ts";

const COUNT = 3_000;
/** What begins every secret in the configurations of `guarding.ts`. */
const SECRETS: Record<string, string> = {
  "key-auth": "k3y-of-",
  "request-block": "\0",
  "key-rate-limit": "\0",
  "model-router": "\0",
  "model-mapper": "\0",
  "ai-data-masking": "\0",
  "ai-prompt-decorator": "\0",
  "ai-search": "\0",
  "ai-security-guard": "\0",
  "ai-prompt-guard": "\0",
  "ai-prompt-template": "\0",
  "chatgpt-proxy": "sk-t3st-",
  "ai-proxy": "sk-t3st-",
};

describe("mutated configurations", () => {
  for (const [plugin, secret] of Object.entries(SECRETS)) {
    it(`of ${plugin} are accepted, or refused with a reason`, () => {
      const configs = guards
        .filter((guard) => guard.plugin === plugin)
        .map(({ config, instance }) => ({
          ...instance,
          ...config,
          _rules_: [{ _match_domain_: ["a.example"], ...config }],
        }))
        // With a digit, as keys have one: a name of letters alone looks like an option, and is shown.
        .map(
          (config) =>
            JSON.parse(
              JSON.stringify(config).replaceAll("key-of-", "k3y-of-").replaceAll("sk-test-", "sk-t3st-"),
            ) as object,
        );
      const wasm = `build/${plugin}.wasm`;
      const accepted = fuzzConfigurations({ plugin, wasm, configs, secret }, COUNT, seed());
      assert.ok(accepted > COUNT / 50 && accepted < COUNT, `${accepted} of ${COUNT} were accepted`);
    });
  }
});
