// SPDX-License-Identifier: Apache-2.0
// Wide messages: many fields, many elements, long names and long texts in every place that the gateway reads. Their work is
// linear in their length, as are the bytes that go out.
import { before, describe, test } from "node:test";
import { countSteps } from "../fuzz/counted.ts";
import { assertLinear, costOf, good, type Play } from "../fuzz/measure.ts";
import { nativePlaces, openAiPlaces } from "../fuzz/response-shapes.ts";
import { chatObjects, chatPlaces, objects, repeated, shapes } from "../fuzz/shapes.ts";
import { targets, type Target } from "../fuzz/targets.ts";

const COUNTED = "build/test/ai-proxy.counted.wasm";
const CHAT = '{"model":"gpt-4o","messages":[{"role":"user","content":"a"}]}';
/** The factor of the sizes of objects: the fields of a small one are compared in another way than those of a large one. */
const OBJECTS = 2;
const STREAMED = CHAT.replace("{", '{"stream":true,');
const named = (name: string): Target => targets.find((target) => target.name === name)!;
const play = ({ config }: Target, more: Partial<Play>): Play => {
  return { wasm: COUNTED, plugin: "ai-proxy", config, body: CHAT, reply: good([]), ...more };
};

describe("ai-proxy's work with wide messages", () => {
  before(() => void countSteps("build/ai-proxy.wasm", COUNTED));

  const askers = ["openai, every option", "qwen, native"].map(named);
  for (const target of askers) {
    for (const [place, put] of Object.entries(chatPlaces)) {
      test(`${target.name}, a request: ${place}`, () => {
        for (const [what, shape] of Object.entries(shapes))
          assertLinear(what, (size) => costOf(play(target, { body: put(shape(size)) })));
      });
    }
    for (const [place, put] of Object.entries(chatObjects)) {
      test(`${target.name}, a request: ${place}`, () => {
        for (const [what, of] of Object.entries(objects))
          assertLinear(what, (size) => costOf(play(target, { body: put(of, OBJECTS * size) })));
      });
    }
  }

  const answerers: [Target, Record<string, (value: string) => string>][] = [
    [named("openai, every option"), openAiPlaces],
    [named("qwen, native"), nativePlaces],
    [named("qwen, native, edited"), nativePlaces],
  ];
  for (const [target, places] of answerers) {
    const answered = (text: string, isStream: boolean): Play =>
      isStream
        ? play(target, { body: STREAMED, reply: good([text]) })
        : play(target, { reply: good([text], "application/json") });
    for (const [place, put] of Object.entries(places)) {
      test(`${target.name}, a response: ${place}`, () => {
        for (const [what, shape] of Object.entries(shapes)) {
          const one = (size: number): string => `data: ${put(shape(size))}\n\n`;
          assertLinear(what, (size) => costOf(answered(put(shape(size)), false)));
          assertLinear(`${what}, an event`, (size) => costOf(answered(one(size), true)));
          assertLinear(`${what}, events`, (size) => costOf(answered(repeated(one(300), size), true)));
        }
      });
    }
  }

  for (const target of [named("moonshot"), named("qwen, native")]) {
    for (const [place, put] of Object.entries(target.corpus === "qwen" ? nativePlaces : openAiPlaces)) {
      test(`${target.name}, an error: ${place}`, () => {
        for (const [what, shape] of Object.entries(shapes)) {
          const reply = (size: number): Play["reply"] => ({
            ...good([put(shape(size))], "application/json"),
            status: 500,
          });
          assertLinear(what, (size) => costOf(play(target, { reply: reply(size) })));
        }
      });
    }
  }
});
