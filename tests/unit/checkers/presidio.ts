import assert from "node:assert/strict";
import { test } from "node:test";
import { configure, faultsOf, IMAGE_DATA, readReply, setPiece, takes, writeCall } from "./module.ts";

const SERVICE = { type: "presidio", cluster: "presidio", serviceHost: "analyzer:3000" };

/** A result as Presidio's analyzer writes it; `of` is a part of the text. Places are counted in characters. */
function found(text: string, of: string, entity_type: string, score = 0.85): object {
  const before = text.slice(0, text.indexOf(of));
  const start = [...before].length;
  return { analysis_explanation: null, entity_type, start, end: start + [...of].length, score };
}

test("presidio: a call has the text and the options", () => {
  configure(SERVICE);
  assert.ok(!takes(IMAGE_DATA));
  setPiece("x");
  assert.equal(writeCall().path, "/analyze");
  assert.deepEqual(JSON.parse(writeCall().body), { text: "x", language: "en" });
  configure({ ...SERVICE, language: "de", entities: ["PERSON"], scoreThreshold: 0.05, apiKey: "a-key-of-the-test" });
  const call = writeCall();
  assert.deepEqual(JSON.parse(call.body), { text: "x", language: "de", entities: ["PERSON"], score_threshold: 0.05 });
  assert.equal(call.headers.authorization, "Bearer a-key-of-the-test");
  configure({ ...SERVICE, scoreThreshold: 1 });
  assert.equal(JSON.parse(writeCall().body).score_threshold, 1);
});

test("presidio: places are counted in characters", () => {
  const text = "😀 你好, I am Jöhn Döe; call 212-555-0100 🎉";
  configure(SERVICE);
  setPiece(text);
  const results = [found(text, "212-555-0100", "PHONE_NUMBER", 0.4), found(text, "Jöhn Döe", "PERSON")];
  const verdict = readReply(results);
  assert.deepEqual([verdict.kind, verdict.masked], ["mask", "😀 你好, I am <PERSON>; call <PHONE_NUMBER> 🎉"]);
  assert.deepEqual([verdict.labels, verdict.score], ["PHONE_NUMBER,PERSON", 850]);
  assert.equal(readReply([]).kind, "pass");
});

test("presidio: places that overlap are one, of the type with the highest score, then of the longest", () => {
  const text = "mail anna@example.org now";
  configure(SERVICE);
  setPiece(text);
  const results = [
    found(text, "example.org", "URL", 0.5),
    found(text, "anna@example.org", "EMAIL_ADDRESS", 1),
    found(text, "anna", "PERSON", 1),
    found(text, "now", "DATE_TIME", 0.6),
  ];
  for (const order of [results, [...results].reverse()])
    assert.equal(readReply(order).masked, "mail <EMAIL_ADDRESS> <DATE_TIME>");
});

test("presidio: an operator for each entity", () => {
  const text = "Anna 4111111111111111 x@y.example 10.0.0.1";
  const anonymizers = {
    DEFAULT: { type: "replace", new_value: "[gone]" },
    CREDIT_CARD: { type: "mask", masking_char: "#", chars_to_mask: 12 },
    EMAIL_ADDRESS: { type: "redact" },
    IP_ADDRESS: { type: "mask", chars_to_mask: 3, from_end: true },
  };
  configure({ ...SERVICE, anonymizers });
  setPiece(text);
  const results = [
    found(text, "Anna", "PERSON"),
    found(text, "4111111111111111", "CREDIT_CARD"),
    found(text, "x@y.example", "EMAIL_ADDRESS"),
    found(text, "10.0.0.1", "IP_ADDRESS"),
  ];
  assert.equal(readReply(results).masked, "[gone] ############1111  10.0.***");
});

test("presidio: results below the threshold do not count", () => {
  const text = "Anna";
  configure({ ...SERVICE, scoreThreshold: 0.6 });
  setPiece(text);
  assert.equal(readReply([found(text, "Anna", "PERSON", 0.59)]).kind, "pass");
  assert.equal(readReply([found(text, "Anna", "PERSON", 0.6)]).kind, "mask");
});

test("presidio: a reply that is none is no verdict", () => {
  configure(SERVICE);
  setPiece("Anna 😀");
  const result = { entity_type: "PERSON", start: 0, end: 4, score: 0.9 };
  for (const [reply, status, reason] of [
    [{ error: "No text provided" }, 500, "status 500"],
    [{}, 200, "not a list"],
    [[{ ...result, end: 7 }], 200, "a place outside of the text"],
    [[{ ...result, start: 100, end: 101 }], 200, "a place outside of the text"],
    [[{ ...result, start: -1 }], 200, "a wrong place"],
    [[{ ...result, start: 0.5 }], 200, "a wrong place"],
    [[{ ...result, start: 4 }], 200, "a wrong place"],
    [[{ ...result, end: 2 ** 40 }], 200, "a wrong place"],
    [[{ ...result, score: null }], 200, "a result without a type or a score"],
    [[{ ...result, entity_type: 1 }], 200, "a result without a type or a score"],
    [[null], 200, "a result without a type or a score"],
    [Array.from({ length: 5000 }, () => result), 200, "a wrong place"],
  ] as const) {
    const verdict = readReply(reply as object, status);
    assert.deepEqual(
      [verdict.kind, verdict.reason, verdict.masked],
      ["failed", reason, ""],
      JSON.stringify(reply).slice(0, 80),
    );
  }
});

test("presidio: wrong options", () => {
  for (const [configuration, fault] of [
    [{ ...SERVICE, entities: [] }, "$.entities must not be empty"],
    [{ ...SERVICE, scoreThreshold: 1.5 }, "$.scoreThreshold must be at most 1"],
    [{ ...SERVICE, anonymizers: { A: { type: "hash" } } }, "$.anonymizers.A.type must be one of replace, redact, mask"],
    [
      { ...SERVICE, anonymizers: { A: { type: "mask", masking_char: "**" } } },
      "$.anonymizers.A.masking_char must be one character",
    ],
  ] as const) {
    const faults = faultsOf(configuration);
    assert.ok(
      faults.some((line) => line.startsWith(fault)),
      `${fault}: ${faults.join("; ")}`,
    );
  }
});
