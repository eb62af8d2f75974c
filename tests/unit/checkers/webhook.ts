import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { configure, faultsOf, IMAGE_DATA, IMAGE_URL, readReply, RESPONSE, setConsumer } from "./module.ts";
import { setPiece, takes, TEXT, writeCall } from "./module.ts";

const SERVICE = { type: "webhook", cluster: "checker", serviceHost: "checker.internal", path: "/v1/check?a=b" };

test("webhook: a call has the piece and what is known about it", () => {
  configure({ ...SERVICE, apiKey: "a-key-of-the-test" });
  setPiece('a "b" 你好');
  const call = writeCall();
  assert.equal(call.path, "/v1/check?a=b");
  assert.equal(call.headers.authorization, "Bearer a-key-of-the-test");
  assert.deepEqual(JSON.parse(call.body), {
    session: "0123456789abcdef0123",
    side: "request",
    role: "user",
    kind: "text",
    content: 'a "b" 你好',
  });
  setConsumer("team-a");
  setPiece("x", TEXT, RESPONSE);
  const { consumer, side, role } = JSON.parse(writeCall().body);
  assert.deepEqual([consumer, side, role], ["team-a", "response", "assistant"]);
  assert.equal(writeCall().headers.authorization, "Bearer a-key-of-the-test");
});

test("webhook: images go to it if it takes them", () => {
  configure(SERVICE);
  assert.ok(!takes(IMAGE_URL));
  configure({ ...SERVICE, images: true });
  assert.ok(takes(IMAGE_URL) && takes(IMAGE_DATA));
  setPiece("aGk=", IMAGE_DATA, 0, 2, "image/png");
  const { kind, media_type, content } = JSON.parse(writeCall().body);
  assert.deepEqual([kind, media_type, content], ["image_base64", "image/png", "aGk="]);
});

test("webhook: a secret signs the time and the body", () => {
  configure({ ...SERVICE, secret: "a-secret-of-the-test" });
  setPiece("x");
  setConsumer("team-a");
  const call = writeCall(1_700_000_000);
  const hmac = createHmac("sha256", "a-secret-of-the-test").update(`1700000000.${call.body}`).digest("hex");
  assert.equal(call.headers["x-guard-signature"], `t=1700000000,v1=${hmac}`);
  assert.equal(readReply({ action: "block", labels: ["a-secret-of-the-test"] }).labels, "*".repeat(20));
});

test("webhook: its action is the verdict", () => {
  configure(SERVICE);
  setPiece("x");
  assert.equal(readReply({ action: "pass", labels: ["seen"], score: 0.2 }).labels, "seen");
  const verdict = readReply({ action: "block", labels: ["a", "b"], level: "high", score: 0.9, message: "No." });
  assert.deepEqual([verdict.kind, verdict.level, verdict.score, verdict.message], ["block", "high", 900, "No."]);
  assert.deepEqual(verdict.details, [
    { type: "a", level: "high" },
    { type: "b", level: "high" },
  ]);
  const masked = readReply({ action: "mask", content: 'a "b" \u0000' });
  assert.deepEqual([masked.kind, masked.masked], ["mask", 'a "b" \u0000']);
  assert.equal(readReply({ action: "mask", content: "" }).kind, "mask");
});

test("webhook: a reply against the contract is no verdict", () => {
  configure(SERVICE);
  setPiece("x");
  for (const [reply, status, reason] of [
    [{ action: "pass" }, 201, "status 201"],
    [{ code: "overloaded" }, 503, "status 503, overloaded"],
    [{}, 200, "no action that is pass, mask or block"],
    [{ action: "PASS" }, 200, "no action that is pass, mask or block"],
    [{ action: "mask" }, 200, "no masked content"],
    [{ action: "mask", content: 1 }, 200, "no masked content"],
    [{ action: "pass", labels: [1] }, 200, "a label that is no text"],
  ] as const) {
    const verdict = readReply(reply, status);
    assert.deepEqual([verdict.kind, verdict.reason], ["failed", reason], JSON.stringify(reply));
  }
  setPiece("aGk=", IMAGE_DATA);
  assert.equal(readReply({ action: "mask", content: "x" }).kind, "failed");
});

test("webhook: wrong options", () => {
  assert.ok(faultsOf({ ...SERVICE, path: undefined }).includes("$.path is required"));
  assert.ok(faultsOf({ ...SERVICE, serviceHost: undefined }).includes("$.serviceHost is required"));
  assert.match(faultsOf({ ...SERVICE, secret: "a b" }).join(), /\$\.secret must be printable ASCII/);
});
