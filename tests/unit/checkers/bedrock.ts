import assert from "node:assert/strict";
import { test } from "node:test";
import { configure, faultsOf, IMAGE_DATA, IMAGE_URL, readReply, RESPONSE } from "./module.ts";
import { setPiece, takes, TEXT, writeCall } from "./module.ts";

const SERVICE = {
  type: "bedrock",
  cluster: "bedrock",
  region: "eu-west-1",
  apiKey: "ABSK-a-key-of-the-test",
  guardrailIdentifier: "gr1a2b3c4d5e",
  guardrailVersion: 1,
};

/** A response as on https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html */
const intervened = (text: string, ...assessments: object[]): object => ({
  action: "GUARDRAIL_INTERVENED",
  outputs: [{ text }],
  assessments,
  usage: { topicPolicyUnits: 1 },
});
const email = (action: string): object => ({
  sensitiveInformationPolicy: {
    piiEntities: [{ match: "a@b.example", type: "EMAIL", action, detected: true }],
    regexes: [],
  },
});
const topic = { topicPolicy: { topics: [{ name: "Finance", type: "DENY", action: "BLOCKED" }] } };

test("bedrock: a call names the guardrail and the side", () => {
  configure(SERVICE);
  setPiece('a "b"');
  const call = writeCall();
  assert.equal(call.authority, "bedrock-runtime.eu-west-1.amazonaws.com");
  assert.equal(call.path, "/guardrail/gr1a2b3c4d5e/version/1/apply");
  assert.equal(call.headers.authorization, "Bearer ABSK-a-key-of-the-test");
  assert.deepEqual(JSON.parse(call.body), { source: "INPUT", content: [{ text: { text: 'a "b"' } }] });
  setPiece("x", TEXT, RESPONSE);
  assert.equal(JSON.parse(writeCall().body).source, "OUTPUT");
});

test("bedrock: an ARN is one segment of the path", () => {
  const guardrailIdentifier = "arn:aws:bedrock:eu-west-1:123456789012:guardrail/abc";
  configure({ ...SERVICE, guardrailIdentifier, guardrailVersion: "DRAFT" });
  setPiece("x");
  assert.equal(writeCall().path, `/guardrail/${encodeURIComponent(guardrailIdentifier)}/version/DRAFT/apply`);
});

test("bedrock: an image has a format and bytes", () => {
  configure(SERVICE);
  assert.ok(takes(IMAGE_DATA) && !takes(IMAGE_URL));
  setPiece("aGk=", IMAGE_DATA, 0, 2, "image/jpeg");
  assert.deepEqual(JSON.parse(writeCall().body).content, [{ image: { format: "jpeg", source: { bytes: "aGk=" } } }]);
});

test("bedrock: an intervention that only anonymizes masks, and any other blocks", () => {
  configure(SERVICE);
  setPiece("write to a@b.example");
  assert.equal(readReply({ action: "NONE", outputs: [], assessments: [email("NONE")] }).kind, "pass");
  const masked = readReply(intervened("write to {EMAIL}", email("ANONYMIZED")));
  assert.deepEqual([masked.kind, masked.masked, masked.labels], ["mask", "write to {EMAIL}", "EMAIL"]);
  const blocked = readReply(intervened("Sorry.", email("ANONYMIZED"), topic));
  assert.deepEqual([blocked.kind, blocked.message, blocked.masked], ["block", "Sorry.", ""]);
  assert.deepEqual(blocked.details, [{ type: "Finance", level: "BLOCKED" }]);
  assert.equal(readReply(intervened("Sorry.", email("BLOCKED"))).kind, "block");
  assert.equal(readReply(intervened("Sorry.")).kind, "block", "without an assessment");
  assert.equal(readReply(intervened("Sorry.", email("NONE"))).kind, "block", "with nothing that acted");
  const { outputs: _, ...silent } = intervened("", email("ANONYMIZED")) as { outputs: unknown };
  assert.equal(readReply(silent).kind, "block", "without a masked text");
  setPiece("aGk=", IMAGE_DATA);
  assert.equal(readReply(intervened("{EMAIL}", email("ANONYMIZED"))).kind, "block", "an image");
});

test("bedrock: what matched stands in no label", () => {
  configure(SERVICE);
  setPiece("x");
  const wordPolicy = { customWords: [{ match: "secret-word", action: "BLOCKED" }], managedWordLists: [] };
  const verdict = readReply(intervened("Sorry.", { wordPolicy }));
  assert.deepEqual([verdict.labels, JSON.stringify(verdict.details).includes("secret-word")], ["wordPolicy", false]);
});

test("bedrock: a reply that is none is no verdict", () => {
  configure(SERVICE);
  setPiece("x");
  for (const [reply, status, reason] of [
    [{ message: "The security token included in the request is invalid." }, 403, "status 403"],
    [{}, 200, "no action"],
    [{ action: "ALLOW" }, 200, "no action"],
  ] as const) {
    const verdict = readReply(reply, status);
    assert.deepEqual([verdict.kind, verdict.reason], ["failed", reason], JSON.stringify(reply));
  }
});

test("bedrock: wrong options", () => {
  for (const [configuration, fault] of [
    [{ ...SERVICE, region: undefined }, "$.serviceHost is required"],
    [{ ...SERVICE, region: "eu west" }, "$.region must be a region"],
    [{ ...SERVICE, guardrailIdentifier: undefined }, "$.guardrailIdentifier is required"],
    [{ ...SERVICE, guardrailVersion: undefined }, "$.guardrailVersion is required"],
    [{ ...SERVICE, guardrailVersion: "latest" }, "$.guardrailVersion must be a number"],
    [{ ...SERVICE, guardrailVersion: 0 }, "$.guardrailVersion must be a number"],
  ] as const) {
    const faults = faultsOf(configuration);
    assert.ok(
      faults.some((line) => line.startsWith(fault)),
      `${fault}: ${faults.join("; ")}`,
    );
  }
});
