import assert from "node:assert/strict";
import { test } from "node:test";
import { ASSISTANT, configure, faultsOf, IMAGE_DATA, IMAGE_URL, readReply, REQUEST, RESPONSE } from "./module.ts";
import { setPiece, takes, TEXT, TOOL, writeCall } from "./module.ts";

const SERVICE = {
  type: "azure",
  cluster: "safety",
  serviceHost: "a.cognitiveservices.azure.com",
  apiKey: "0123456789abcdef",
};
const SHIELD = { ...SERVICE, operation: "shieldPrompt" };

const severities = (...levels: number[]): object => ({
  blocklistsMatch: [],
  categoriesAnalysis: ["Hate", "SelfHarm", "Sexual", "Violence"].map((category, i) => ({
    category,
    severity: levels[i] ?? 0,
  })),
});

test("azure: a text is analyzed, with the blocklists", () => {
  configure({ ...SERVICE, blocklistNames: ["a", "b"], haltOnBlocklistHit: true, outputType: "EightSeverityLevels" });
  setPiece("x");
  const call = writeCall();
  assert.equal(call.path, "/contentsafety/text:analyze?api-version=2024-09-01");
  assert.equal(call.authority, "a.cognitiveservices.azure.com");
  assert.equal(call.headers["ocp-apim-subscription-key"], "0123456789abcdef");
  assert.deepEqual(JSON.parse(call.body), {
    text: "x",
    blocklistNames: ["a", "b"],
    haltOnBlocklistHit: true,
    outputType: "EightSeverityLevels",
  });
});

test("azure: an image in Base64 is analyzed", () => {
  configure(SERVICE);
  assert.ok(takes(IMAGE_DATA) && !takes(IMAGE_URL));
  setPiece("aGk=", IMAGE_DATA);
  assert.equal(writeCall().path, "/contentsafety/image:analyze?api-version=2024-09-01");
  assert.deepEqual(JSON.parse(writeCall().body), { image: { content: "aGk=" }, outputType: "FourSeverityLevels" });
});

test("azure: a severity from the threshold on, or a hit of a blocklist, blocks", () => {
  configure(SERVICE);
  setPiece("x");
  assert.equal(readReply(severities(0, 0, 0, 0)).kind, "pass");
  const verdict = readReply(severities(2, 0, 0, 6));
  assert.deepEqual([verdict.kind, verdict.labels], ["block", "Hate,Violence"]);
  assert.deepEqual(verdict.details, [
    { type: "Hate", level: "2" },
    { type: "Violence", level: "6" },
  ]);
  configure({ ...SERVICE, severity: 6, categories: { Sexual: 4 } });
  assert.equal(readReply(severities(4, 4, 2, 4)).kind, "pass");
  assert.equal(readReply(severities(0, 0, 4, 0)).kind, "block");
  const blocklistsMatch = [{ blocklistName: "mine", blocklistItemId: "1", blocklistItemText: "a word" }];
  const hit = readReply({ ...severities(), blocklistsMatch });
  assert.deepEqual([hit.kind, hit.details], ["block", [{ type: "blocklist:mine", level: "mine" }]]);
});

test("azure: what users write is a prompt, and the rest is a document", () => {
  configure(SHIELD);
  assert.ok(!takes(IMAGE_DATA));
  setPiece("x");
  assert.equal(writeCall().path, "/contentsafety/text:shieldPrompt?api-version=2024-09-01");
  assert.deepEqual(JSON.parse(writeCall().body), { userPrompt: "x", documents: [] });
  setPiece("x", TEXT, REQUEST, TOOL);
  assert.deepEqual(JSON.parse(writeCall().body), { documents: ["x"] });
  setPiece("x", TEXT, RESPONSE, ASSISTANT);
  assert.deepEqual(JSON.parse(writeCall().body), { documents: ["x"] });
  const no = { attackDetected: false };
  const yes = { attackDetected: true };
  assert.equal(readReply({ userPromptAnalysis: no, documentsAnalysis: [] }).kind, "pass");
  assert.equal(readReply({ userPromptAnalysis: null, documentsAnalysis: [no] }).kind, "pass");
  assert.equal(readReply({ userPromptAnalysis: yes, documentsAnalysis: [] }).labels, "userPromptAttack");
  assert.equal(readReply({ documentsAnalysis: [no, yes] }).labels, "documentAttack");
  for (const reply of [{}, { userPromptAnalysis: {} }, { documentsAnalysis: [] }, { documentsAnalysis: [{}] }])
    assert.equal(readReply(reply).reason, "no analysis", JSON.stringify(reply));
});

test("azure: a reply that is none is no verdict", () => {
  configure(SERVICE);
  setPiece("x");
  const denied = { error: { code: "401", message: "Access denied due to invalid subscription key." } };
  for (const [reply, status, reason] of [
    [denied, 401, "status 401, 401"],
    [{ error: { code: "InvalidRequestBody", message: "x" } }, 400, "status 400, InvalidRequestBody"],
    [{}, 200, "no categories"],
    [{ categoriesAnalysis: [{ category: "Hate" }] }, 200, "a category without a severity"],
    [{ categoriesAnalysis: [{ severity: 2 }] }, 200, "a category without a severity"],
    [{ categoriesAnalysis: [{ category: "Hate", severity: "6" }] }, 200, "a category without a severity"],
  ] as const) {
    const verdict = readReply(reply, status);
    assert.deepEqual([verdict.kind, verdict.reason], ["failed", reason], JSON.stringify(reply));
  }
});

test("azure: wrong options", () => {
  for (const [configuration, fault] of [
    [{ ...SERVICE, serviceHost: undefined }, "$.serviceHost is required"],
    [{ ...SERVICE, severity: 0 }, "$.severity must be at least 1"],
    [{ ...SERVICE, categories: { hate: 4 } }, "$.categories.hate is not known: write Hate"],
    [{ ...SERVICE, operation: "shield" }, "$.operation must be one of analyze, shieldPrompt"],
    [{ ...SERVICE, apiVersion: "1&a=b" }, "$.apiVersion must be a version"],
    [{ ...SHIELD, severity: 4 }, "$.severity has no effect with operation: shieldPrompt"],
  ] as const) {
    const faults = faultsOf(configuration);
    assert.ok(
      faults.some((line) => line.startsWith(fault)),
      `${fault}: ${faults.join("; ")}`,
    );
  }
});
