// SPDX-License-Identifier: Apache-2.0
// Wide answers to what the plugins ask for themselves, and settings that build on each other: linear like everything else.
import { before, describe, test } from "node:test";
import { countSteps } from "../fuzz/counted.ts";
import { assertLinear, costOf, good, STEPS_PER_BYTE, type Play } from "../fuzz/measure.ts";
import { openAiPlaces } from "../fuzz/response-shapes.ts";
import { chatPlaces, shapes } from "../fuzz/shapes.ts";

const counted = (plugin: string): string => `build/test/${plugin}.counted.wasm`;
const CHAT = '{"model":"gpt-4o","messages":[{"role":"user","content":"a"}]}';
const SETTINGS = 32;
/** What one of `customSettings` may add: the request is written and read anew for it. */
const STEPS_PER_SETTING = 8;
let question = 0;

/** A configuration that was never used: its text is not there yet. */
const fresh = (provider: object): object => ({
  provider: { apiToken: "sk-test-0001", ...provider },
  unused: question++,
});
const chat = (config: object, more: Partial<Play>): Play => {
  return { wasm: counted("ai-proxy"), plugin: "ai-proxy", config, body: CHAT, reply: good([]), ...more };
};

describe("the work with answers to callouts", () => {
  before(() => ["ai-proxy", "chatgpt-proxy"].forEach((name) => void countSteps(`build/${name}.wasm`, counted(name))));

  for (const [what, shape] of Object.entries(shapes)) {
    test(`a context: ${what}`, () => {
      const context = (): object => fresh({ type: "openai", context: { fileUrl: "f.example/c", cluster: "upstream" } });
      assertLinear(what, (size) => costOf(chat(context(), { callout: shape(size) })));
    });

    test(`a file of Moonshot's: ${what}`, () => {
      const file = (): object => fresh({ type: "moonshot", moonshotFileId: "f" });
      for (const put of [(value: string) => `{"content":${value}}`, (value: string) => `{"content":"a","x":${value}}`])
        assertLinear(what, (size) => costOf(chat(file(), { callout: put(shape(size)) })));
    });

    test(`a completion: ${what}`, () => {
      const config = { apiKey: "sk-test-0001" };
      const asked = {
        wasm: counted("chatgpt-proxy"),
        plugin: "chatgpt-proxy",
        config,
        method: "GET",
        path: "/a?prompt=b",
      };
      for (const put of [openAiPlaces.choices!, (value: string) => value])
        assertLinear(what, (size) => costOf({ ...asked, body: "", reply: good([]), callout: put(shape(size)) }));
    });
  }
});

describe("the work with custom settings", () => {
  before(() => void countSteps("build/ai-proxy.wasm", counted("ai-proxy")));
  const setting = (name: string): object => ({ name, value: { x: 1 }, mode: "raw", overwrite: false });
  const names: Record<string, (n: number) => string> = {
    "that stand beside each other": (n) => `s${n}`,
    "in one object": (n) => `a.s${n}`,
    "each in the one before": (n) => Array.from({ length: n + 1 }, () => "a").join("."),
    "in pairs": (n) => `s${n >> 1}${n % 2 ? ".y" : ""}`,
  };
  for (const [way, name] of Object.entries(names)) {
    test(`${SETTINGS} settings ${way}`, () => {
      const customSettings = Array.from({ length: SETTINGS }, (_, n) => setting(name(n)));
      const config = { provider: { type: "openai", apiToken: "sk-test-0001", customSettings } };
      const most = STEPS_PER_BYTE + SETTINGS * STEPS_PER_SETTING;
      for (const place of ["messages", Object.keys(chatPlaces).find((one) => one.endsWith(".a"))!])
        for (const [what, shape] of Object.entries(shapes))
          assertLinear(
            `${place}, ${what}`,
            (size) => costOf(chat(config, { body: chatPlaces[place]!(shape(size)) })),
            most,
          );
    });
  }
});
