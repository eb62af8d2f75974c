import assert from "node:assert/strict";
import { test } from "node:test";
import { configure, faultsOf, IMAGE_DATA, IMAGE_URL, readReply, setPiece, TEXT, writeCall } from "./module.ts";

const SERVICE = { type: "openai", cluster: "moderation", apiKey: "sk-a-key-of-the-test" };

/** A result as on https://platform.openai.com/docs/api-reference/moderations/create */
const result = (flagged: boolean, scores: Record<string, number>, categories: string[]): object => ({
  id: "modr-1",
  model: "omni-moderation-latest",
  results: [
    {
      flagged,
      categories: Object.fromEntries(Object.keys(scores).map((name) => [name, categories.includes(name)])),
      category_scores: scores,
    },
  ],
});

test("openai: a call has the model, the input and the API key", () => {
  configure(SERVICE);
  setPiece('a "b"\n');
  const call = writeCall();
  assert.deepEqual([call.cluster, call.authority, call.path], ["moderation", "api.openai.com", "/v1/moderations"]);
  assert.deepEqual(call.headers, { "content-type": "application/json", authorization: "Bearer sk-a-key-of-the-test" });
  assert.deepEqual(JSON.parse(call.body), { model: "omni-moderation-latest", input: 'a "b"\n' });
});

test("openai: an image is its URL, or a data URL", () => {
  configure(SERVICE);
  setPiece("https://a.example/b.png", IMAGE_URL);
  assert.deepEqual(JSON.parse(writeCall().body).input, [
    { type: "image_url", image_url: { url: "https://a.example/b.png" } },
  ]);
  setPiece("aGk=", IMAGE_DATA, 0, 2, "image/jpeg");
  assert.equal(JSON.parse(writeCall().body).input[0].image_url.url, "data:image/jpeg;base64,aGk=");
});

test("openai: without thresholds the flags decide", () => {
  configure(SERVICE);
  setPiece("x", TEXT);
  const verdict = readReply(result(true, { hate: 0.2, violence: 0.8599 }, ["violence"]));
  assert.deepEqual([verdict.kind, verdict.labels, verdict.score], ["block", "violence", 860]);
  assert.deepEqual(verdict.details, [{ type: "violence", level: "true" }]);
  assert.equal(readReply(result(false, { hate: 0.9, violence: 1.8e-5 }, [])).kind, "pass");
  assert.equal(readReply(result(true, { hate: 0.2 }, [])).kind, "block", "flagged for a reason of its own");
});

test("openai: a threshold replaces the flag of its category", () => {
  configure({ ...SERVICE, categories: { hate: 0.4, "self-harm/intent": "1" } });
  setPiece("x");
  const verdict = readReply(result(true, { hate: 0.4, violence: 0.1, "self-harm/intent": 0.99 }, []));
  assert.deepEqual(verdict.details, [{ type: "hate", level: "0.4" }]);
  assert.equal(readReply(result(true, { hate: 0.39 }, ["hate"])).kind, "pass");
  assert.equal(readReply(result(true, { hate: 0.1, violence: 0.1 }, ["violence"])).kind, "block");
  configure({ ...SERVICE, threshold: 0.5 });
  assert.equal(readReply(result(true, { hate: 0.49 }, ["hate"])).kind, "pass");
  assert.equal(readReply(result(false, { unknown: 0.5 }, [])).kind, "block");
});

test("openai: a reply that is none is no verdict", () => {
  configure(SERVICE);
  setPiece("x");
  const error = { error: { message: "Incorrect API key provided: sk-a-key-of-the-test", code: "invalid_api_key" } };
  for (const [reply, status, reason] of [
    [error, 401, "status 401, invalid_api_key"],
    [{ error: { message: "x", type: "rate_limit", code: null } }, 429, "status 429, rate_limit"],
    [{}, 200, "no results"],
    [{ results: [] }, 200, "no results"],
    [{ results: [{ flagged: false }] }, 200, "no categories"],
    [{ results: [{ flagged: 1, categories: {}, category_scores: {} }] }, 200, "no categories"],
    [
      { results: [{ flagged: false, categories: { a: false }, category_scores: { a: null } }] },
      200,
      "a score that is none",
    ],
    ["[1]", 200, "not an object"],
    ["{", 200, "not JSON"],
  ] as const) {
    const verdict = readReply(reply as object, status);
    assert.deepEqual([verdict.kind, verdict.reason], ["failed", reason], JSON.stringify(reply));
  }
});

test("openai: wrong options", () => {
  for (const [configuration, fault] of [
    [{ ...SERVICE, apiKey: undefined }, "$.apiKey is required"],
    [{ ...SERVICE, apiKey: "Bearer x" }, "$.apiKey must be printable ASCII"],
    [{ ...SERVICE, apiKey: "bearerx" }, "$.apiKey must be the key alone"],
    [{ ...SERVICE, apiKey: "short" }, "warning: $.apiKey has fewer than 8 bytes"],
    [{ ...SERVICE, threshold: 2 }, "$.threshold must be at most 1"],
    [{ ...SERVICE, categories: { hate: 0.1234 } }, "$.categories.hate must be at most 1, with at most 3 decimals"],
    [{ ...SERVICE, categories: { self_harm: 0.1 } }, "$.categories.self_harm is not known: write self-harm"],
    [{ ...SERVICE, path: "v1" }, "$.path must begin with /"],
  ] as const) {
    const faults = faultsOf(configuration);
    assert.ok(
      faults.some((line) => line.startsWith(fault)),
      `${fault}: ${faults.join("; ")}`,
    );
  }
});
