import assert from "node:assert/strict";
import { test } from "node:test";
import {
  configure,
  faultsOf,
  readReply,
  REQUEST,
  RESPONSE,
  setPiece,
  SYSTEM,
  TEXT,
  TOOL,
  writeCall,
} from "./module.ts";

const SERVICE = { type: "lakera", cluster: "lakera", apiKey: "a-key-of-the-test", projectId: "project-1" };
const detector = (detector_type: string, detected = true): object => ({
  project_id: "project-1",
  policy_id: "policy-1",
  detector_type,
  detected,
  message_id: 0,
});

test("lakera: a call has the message with its role, and the project", () => {
  configure(SERVICE);
  setPiece("x");
  const call = writeCall();
  assert.deepEqual([call.authority, call.path], ["api.lakera.ai", "/v2/guard"]);
  assert.equal(call.headers.authorization, "Bearer a-key-of-the-test");
  assert.deepEqual(JSON.parse(call.body), {
    messages: [{ role: "user", content: "x" }],
    project_id: "project-1",
    breakdown: true,
  });
  const roleOf = (side: number, role: number): string => {
    setPiece("x", TEXT, side, role);
    return JSON.parse(writeCall().body).messages[0].role as string;
  };
  assert.deepEqual(
    [roleOf(REQUEST, SYSTEM), roleOf(REQUEST, TOOL), roleOf(RESPONSE, 0)],
    ["system", "user", "assistant"],
  );
});

test("lakera: what is flagged is blocked, by its detectors", () => {
  configure(SERVICE);
  setPiece("x");
  assert.equal(readReply({ flagged: false, breakdown: [detector("prompt_attack", false)] }).kind, "pass");
  const verdict = readReply({ flagged: true, breakdown: [detector("pii/email", false), detector("prompt_attack")] });
  assert.deepEqual([verdict.kind, verdict.labels], ["block", "prompt_attack"]);
  assert.equal(readReply({ flagged: true }).kind, "block");
});

test("lakera: personal data is masked if nothing else is detected and its places are known", () => {
  const text = "😀 anna@example.org";
  configure({ ...SERVICE, payload: true });
  setPiece(text);
  assert.equal(JSON.parse(writeCall().body).payload, true);
  const payload = [{ start: 2, end: 18, text: "anna@example.org", detector_type: "pii/email", labels: [] }];
  const verdict = readReply({ flagged: true, payload, breakdown: [detector("pii/email")] });
  assert.deepEqual([verdict.kind, verdict.masked], ["mask", "😀 <pii/email>"]);
  const both = [detector("pii/email"), detector("prompt_attack")];
  assert.equal(readReply({ flagged: true, payload, breakdown: both }).kind, "block");
  assert.equal(readReply({ flagged: true, payload: [], breakdown: [detector("pii/email")] }).kind, "block");
  assert.equal(readReply({ flagged: true, payload, breakdown: [] }).kind, "block", "nothing says what it is");
  const outside = readReply({
    flagged: true,
    payload: [{ ...payload[0], end: 99 }],
    breakdown: [detector("pii/email")],
  });
  assert.deepEqual([outside.kind, outside.masked], ["block", ""]);
  configure(SERVICE);
  assert.equal(readReply({ flagged: true, payload, breakdown: [detector("pii/email")] }).kind, "block");
});

test("lakera: a reply that is none is no verdict", () => {
  configure(SERVICE);
  setPiece("x");
  for (const reply of [{}, { flagged: null }, { flagged: "true" }]) assert.equal(readReply(reply).kind, "failed");
  assert.equal(readReply({ message: "Unauthorized" }, 401).reason, "status 401");
});

test("lakera: the API key may be missing only for another host", () => {
  assert.deepEqual(faultsOf({ ...SERVICE, apiKey: undefined }), ["$.apiKey is required"]);
  assert.deepEqual(faultsOf({ ...SERVICE, apiKey: undefined, serviceHost: "lakera.internal" }), []);
});
