// SPDX-License-Identifier: Apache-2.0
// The contract: plugins/ai-security-guard/checkers/README.md
import { createHmac } from "node:crypto";
import type { Dialect, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { bearerOf, headerOf, jsonReply, parseObject } from "../providers/wire.ts";
import { findingsOf, withoutEmails } from "./findings.ts";

/** The secret of signed calls. */
const SECRET = "secret-of-webhook";

/** A service that implements the contract of the webhook. */
export const webhook: Dialect = { name: "webhook", handle };

function handle(request: ProviderRequest): ProviderReply {
  if (request.method !== "POST") return jsonReply(405, { code: "method_not_allowed" });
  if (bearerOf(request).includes("invalid")) return jsonReply(401, { code: "wrong_key" });
  if (!isSigned(request)) return jsonReply(401, { code: "wrong_signature" });
  const { session, side, role, kind, content } = parseObject(request.body) ?? {};
  const isWhole = [session, side, role, kind, content].every((field) => typeof field === "string" && field !== "");
  if (!isWhole) return jsonReply(400, { code: "incomplete" });
  const { isViolent, isAttack, emails } = findingsOf(String(content));
  const labels = [isViolent && "violence", isAttack && "attack", emails.length > 0 && "email"].filter(Boolean);
  if (isViolent || isAttack)
    return jsonReply(200, { action: "block", labels, level: "high", score: 0.9, message: "No." });
  if (emails.length === 0) return jsonReply(200, { action: "pass" });
  return jsonReply(200, { action: "mask", labels, content: withoutEmails(String(content), "[email]") });
}

/** Whether a call without a signature came, or one with the right one. */
function isSigned(request: ProviderRequest): boolean {
  const header = headerOf(request, "x-guard-signature");
  const [, time, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  const expected = createHmac("sha256", SECRET).update(`${time}.`).update(request.body).digest("hex");
  return header === "" || signature === expected;
}
