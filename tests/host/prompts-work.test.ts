// SPDX-License-Identifier: Apache-2.0
// Prompts made to cost as much as they can: the work of the prompt plugins grows with the length of a request and no faster, as do
// the bytes that go out.
import { before, describe, test } from "node:test";
import { countSteps } from "../fuzz/counted.ts";
import { assertLinear, costOf, good } from "../fuzz/measure.ts";
import { numbered, repeated } from "../fuzz/shapes.ts";

/** Each replacement and each pattern reads every character, so that more than a step is taken for each. */
const STEPS_PER_BYTE = 400;
const CHAT = "/v1/chat/completions";

const chat = (message: string, size: number): string =>
  `{"model":"m","messages":[${repeated(`${message},`, size)}{"role":"user","content":"a"}]}`;
const one = (content: string): string => `{"messages":[{"role":"user","content":${content}}]}`;

/** Bodies by their size. */
const bodies: Record<string, (size: number) => string> = {
  "many messages": (size) => chat('{"role":"user","content":"secret a"}', size),
  "many roles in one message": (size) => chat(`{${repeated('"role":"user",', size)}"content":"a"}`, 1),
  "many contents in one message": (size) => chat(`{${repeated('"content":"secret",', size)}"role":"user"}`, 1),
  "many parts": (size) => one(`[${repeated('{"type":"text","text":"secret"},', size)}{"type":"text","text":"b"}]`),
  "a part of many members": (size) => one(`[{${repeated('"text":"secret",', size)}"type":"text"}]`),
  "deep parts": (size) => one(`[${repeated(`${'{"a":['.repeat(100)}"secret"${"]}".repeat(100)},`, size)}"a"]`),
  "many documents": (size) =>
    one(`[${repeated('{"type":"document","source":{"type":"text","data":"secret"}},', size)}"a"]`),
  "a long text": (size) => one(`"${repeated("secret se", size)}"`),
  "a long text of escapes": (size) => one(`"${repeated("\\u0073ecret\\n", size)}"`),
  "many long keys of escapes": (size) => `{${numbered((n) => `"\\u006dessages${n}":0,`, size)}"messages":[]}`,
  "a long key of escapes": (size) => `{"${repeated("\\u006d", size)}":0,"messages":[]}`,
  "many keys of escapes in a message": (size) => one(`[{${repeated('"te\\u0078t":"secret",', size)}"a":0}]`),
  "many prompts": (size) => `{"prompt":[${repeated('"secret",', size)}"a"]}`,
  "empty prompts": (size) => `{"prompt":[${repeated('"",', size)}"a"]}`,
  "many token ids": (size) => `{"prompt":[${repeated("1,", size)}2]}`,
  "a long property": (size) => `{"template":"t","properties":{"x":"${repeated("\\u0073", size)}"}}`,
  "many properties": (size) => `{"template":"t","properties":{${numbered((n) => `"p${n}":"secret",`, size)}"x":1}}`,
  "a property that is deep": (size) => `{"template":"t","properties":{"x":[${repeated('{"a":"\\n"},', size)}0]}}`,
};
const configurations: Record<string, object> = {
  "ai-prompt-decorator": {
    prepend: [{ role: "system", content: "Be brief." }],
    append: [{ role: "user", content: "secret?" }],
    replace: [
      { pattern: "secret", replacement: "a secret" },
      { pattern: "(s)(e*)", replacement: "$2$1", regex: true, on_role: "user" },
    ],
  },
  "ai-prompt-guard": { deny_patterns: ["(a|a)*bc", "never"], match_all_roles: true },
  "ai-prompt-template": { templates: [{ name: "t", template: { messages: [{ content: "{{x}} {{x}}" }] } }] },
};

for (const [plugin, config] of Object.entries(configurations)) {
  describe(`the work of ${plugin} grows no faster than the request`, () => {
    const wasm = `build/test/${plugin}.counted.wasm`;
    before(() => void countSteps(`build/${plugin}.wasm`, wasm));
    for (const path of plugin === "ai-prompt-decorator" ? [CHAT, "/v1/completions"] : [CHAT]) {
      test(path, () => {
        for (const [what, body] of Object.entries(bodies))
          assertLinear(
            what,
            (size) => costOf({ wasm, plugin, config, path, body: body(size), reply: good([]) }),
            STEPS_PER_BYTE,
          );
      });
    }
  });
}
