// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html
// https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html
import type { Dialect, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { bearerOf, isObject, type JsonObject, jsonReply, parseObject, pathOf } from "../providers/wire.ts";
import { findingsOf, withoutEmails } from "./findings.ts";

const PATH = /^\/guardrail\/([^/]+)\/version\/([1-9]\d{0,7}|DRAFT)\/apply$/;
const ID = /^([a-z0-9]+|arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:\d{12}:guardrail\/[a-z0-9]+)$/;
const BLOCKED = "Sorry, the model cannot answer this question.";

/** A guardrail of Bedrock that blocks a topic and anonymizes e-mail addresses. */
export const bedrock: Dialect = { name: "bedrock-guardrail", handle };

const refuse = (status: number, type: string, message: string): ProviderReply =>
  jsonReply(status, { message }, [["x-amzn-errortype", type]]);

function handle(request: ProviderRequest): ProviderReply {
  const [, id] = PATH.exec(pathOf(request)) ?? [];
  if (request.method !== "POST" || !id) return refuse(404, "UnknownOperationException", "");
  const key = bearerOf(request);
  if (!key) return refuse(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
  if (key.includes("invalid"))
    return refuse(403, "AccessDeniedException", "Authentication failed: Please make sure your API Key is valid.");
  if (!ID.test(decodeURIComponent(id)))
    return refuse(400, "ValidationException", "The guardrail identifier provided in the request is invalid.");
  const body = parseObject(request.body);
  const text = body && textOf(body);
  if (!body || text === undefined || !["INPUT", "OUTPUT"].includes(String(body.source)))
    return refuse(400, "ValidationException", "The provided request is not valid");
  return jsonReply(200, responseTo(text));
}

function textOf({ content }: JsonObject): string | undefined {
  const block: unknown = Array.isArray(content) && content.length === 1 ? content[0] : undefined;
  if (!isObject(block)) return undefined;
  if (isObject(block.text) && typeof block.text.text === "string" && block.text.text) return block.text.text;
  const { format, source } = isObject(block.image) ? block.image : {};
  const bytes = isObject(source) ? source.bytes : undefined;
  if (!["png", "jpeg"].includes(String(format)) || typeof bytes !== "string") return undefined;
  return Buffer.from(bytes, "base64").toString("latin1");
}

function responseTo(text: string): object {
  const { isViolent, isAttack, emails } = findingsOf(text);
  const usage = { topicPolicyUnits: 1, contentPolicyUnits: 1, wordPolicyUnits: 1, sensitiveInformationPolicyUnits: 1 };
  if (!isViolent && !isAttack && emails.length === 0)
    return { usage, action: "NONE", actionReason: "No action.", outputs: [], assessments: [{}] };
  const piiEntities = emails.map(({ text }) => ({ match: text, type: "EMAIL", action: "ANONYMIZED", detected: true }));
  const assessment = {
    ...(isViolent && {
      topicPolicy: { topics: [{ name: "Weapons", type: "DENY", action: "BLOCKED", detected: true }] },
    }),
    ...(isAttack && { contentPolicy: { filters: [{ type: "PROMPT_ATTACK", confidence: "HIGH", action: "BLOCKED" }] } }),
    ...(emails.length > 0 && { sensitiveInformationPolicy: { piiEntities, regexes: [] } }),
  };
  const output = isViolent || isAttack ? BLOCKED : withoutEmails(text, "{EMAIL}");
  return { usage, action: "GUARDRAIL_INTERVENED", outputs: [{ text: output }], assessments: [assessment] };
}
