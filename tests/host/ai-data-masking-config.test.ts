// SPDX-License-Identifier: Apache-2.0
// What ai-data-masking says about a configuration that it accepts.
import assert from "node:assert/strict";
import { it } from "node:test";
import { ProxyHost } from "./proxy-host.ts";

function warnings(configuration: object): string[] {
  const host = new ProxyHost("build/ai-data-masking.wasm");
  assert.ok(host.configure("ai-data-masking", JSON.stringify(configuration)));
  return host.vm.logs.filter(({ level }) => level === "warn").map(({ text }) => text);
}

it("a regex whose matches have no upper bound is named, and no other one", () => {
  const endless = ["a+b", "a*b", "a{2,}", "(?:ab)+?", "%{NOTSPACE}"];
  const bounded = ["a?b", "a{2,30}", "(a|bc)d", "%{MOBILE}", "%{UUID}"];
  const roles = [...endless, ...bounded].map((regex) => ({ regex }));
  const found = warnings({ max_match_length: 64, replace_roles: [...roles, { detector: "jwt" }] });
  assert.equal(found.length, endless.length, found.join("\n"));
  for (const [at, line] of found.entries()) {
    assert.ok(line.includes(`$.replace_roles[${at}].regex has matches without an upper bound`), line);
    assert.ok(line.includes("after 64 characters (max_match_length) is not found"), line);
  }
});

it("the paths of Higress's own example lead to texts, and with deny_raw all paths do", () => {
  const paths = ["$.messages[*].content", "$.messages[0]['content']", "$..text", "$.input[*]", "$['prompt'][0]"];
  assert.deepEqual(warnings({ deny_words: ["a"], deny_jsonpath: paths }), []);
  assert.deepEqual(warnings({ deny_words: ["a"], deny_jsonpath: ["$..*", "$.id"], deny_raw: true }), []);
});
