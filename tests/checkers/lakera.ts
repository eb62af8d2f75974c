// SPDX-License-Identifier: Apache-2.0
// https://docs.lakera.ai/api-reference/lakera-api/guard/screen-content
import type { Dialect, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { bearerOf, isObject, jsonReply, parseObject, pathOf, requestIdOf } from "../providers/wire.ts";
import { findingsOf } from "./findings.ts";

const FIELDS = ["messages", "project_id", "payload", "breakdown", "metadata", "dev_info"];
const ROLES = ["user", "assistant", "system"];

/** Lakera Guard with a policy against attacks, violence and personal data. The form of its errors is not documented. */
export const lakera: Dialect = { name: "lakera", handle };

function handle(request: ProviderRequest): ProviderReply {
  if (request.method !== "POST" || pathOf(request) !== "/v2/guard") return jsonReply(404, { message: "Not Found" });
  const key = bearerOf(request);
  if (!key || key.includes("invalid")) return jsonReply(401, { message: "Unauthorized" });
  const body = parseObject(request.body);
  const messages: unknown = body?.messages;
  const isMessage = (message: unknown): boolean =>
    isObject(message) && ROLES.includes(String(message.role)) && typeof message.content === "string";
  const isValid = Array.isArray(messages) && messages.length > 0 && messages.every(isMessage);
  if (!body || !isValid || Object.keys(body).some((name) => !FIELDS.includes(name)))
    return jsonReply(400, { message: "Bad Request" });
  const content = String((messages.at(-1) as { content: string }).content);
  const { isViolent, isAttack, emails } = findingsOf(content);
  const breakdown = [
    ["prompt_attack", isAttack],
    ["moderated_content/weapons", isViolent],
    ["pii/email", emails.length > 0],
  ].map(([detector_type, detected]) => ({
    project_id: body.project_id ?? "project-default",
    policy_id: "policy-1",
    detector_id: `detector-${detector_type}`,
    detector_type,
    detected,
    message_id: messages.length - 1,
  }));
  return jsonReply(200, {
    flagged: breakdown.some(({ detected }) => detected),
    ...(body.payload === true && {
      payload: emails.map((email) => ({ ...email, detector_type: "pii/email", labels: [] })),
    }),
    ...(body.breakdown === true && { breakdown }),
    metadata: { request_uuid: requestIdOf(request) },
  });
}
