// SPDX-License-Identifier: Apache-2.0
// The API: https://help.aliyun.com/document_detail/2671445.html · https://help.aliyun.com/document_detail/2875414.html
// The signature: https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
import { createHash, createHmac } from "node:crypto";
import type { Dialect, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { headerOf, jsonReply, parseObject, requestIdOf } from "../providers/wire.ts";
import { findingsOf, withoutEmails } from "./findings.ts";

/** The secrets of the access keys that the mock knows. */
const SECRETS: Record<string, string> = {
  "key-of-aliyun": "secret-of-aliyun",
  YOUR_ACCESS_KEY_ID: "YOUR_ACCESS_KEY_SECRET",
};
const VERSION = "2022-03-02";
/** A request is refused if its date is further away. */
const MOST_SECONDS = 900;
/** The characters that a service takes. */
const MOST_CHARACTERS: Record<string, number> = { llm_query_moderation: 2000, llm_response_moderation: 5000 };
const SIGNED = ["host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"];

/** Aliyun's content moderation. `clock` gives milliseconds since 1970; with `null` calls may be old and repeated. */
export function aliyun(clock: (() => number) | null = Date.now): Dialect {
  const nonces = new Set<string>();
  return {
    name: "aliyun",
    handle: (request) => {
      try {
        authenticate(request);
        if (clock) refuseRepeated(request, clock(), nonces);
        return moderate(request);
      } catch (error) {
        if (error instanceof Refusal) return error.reply(request);
        throw error;
      }
    },
  };
}

/** An error of the gateway in front of the API, whose `Code` is a text. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }

  reply(request: ProviderRequest): ProviderReply {
    return jsonReply(this.status, {
      RequestId: requestIdOf(request),
      Message: this.message,
      Recommend: `https://api.alibabacloud.com/troubleshoot?q=${this.code}`,
      HostId: request.authority,
      Code: this.code,
    });
  }
}

const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");

function authenticate(request: ProviderRequest): void {
  const form = /^ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$/;
  const [, id, list, signature] = form.exec(headerOf(request, "authorization")) ?? [];
  if (!id || !list)
    throw new Refusal(400, "IncompleteSignature", "The request signature does not conform to standards.");
  const secret = SECRETS[id];
  if (!secret) throw new Refusal(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
  if (
    headerOf(request, "x-acs-content-sha256") !== sha256(request.body) ||
    signatureOf(request, list, secret) !== signature
  )
    throw new Refusal(400, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation.");
}

function refuseRepeated(request: ProviderRequest, now: number, nonces: Set<string>): void {
  const date = headerOf(request, "x-acs-date");
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(date))
    throw new Refusal(400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.");
  if (Math.abs(Date.parse(date) - now) > MOST_SECONDS * 1000)
    throw new Refusal(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.");
  const nonce = headerOf(request, "x-acs-signature-nonce");
  if (nonces.has(nonce)) throw new Refusal(400, "SignatureNonceUsed", "Specified signature nonce was used already.");
  nonces.add(nonce);
}

function signatureOf(request: ProviderRequest, list: string, secret: string): string {
  const names = list.split(";");
  const mustBeSigned = request.headers.map(([name]) => name).filter((name) => name.startsWith("x-acs-"));
  if (names.join() !== [...names].sort().join() || [...SIGNED, ...mustBeSigned].some((name) => !names.includes(name)))
    return "";
  const [path, query = ""] = request.path.split("?", 2);
  const lines = names.map(
    (name) => `${name}:${name === "host" ? request.authority : headerOf(request, name).trim()}\n`,
  );
  const canonical = [request.method, path, canonicalQuery(query), lines.join(""), list, sha256(request.body)].join(
    "\n",
  );
  return createHmac("sha256", secret)
    .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
    .digest("hex");
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

const canonicalQuery = (query: string): string =>
  [...new URLSearchParams(query)]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");

function moderate(request: ProviderRequest): ProviderReply {
  const action = headerOf(request, "x-acs-action");
  const actions = ["TextModerationPlus", "MultiModalGuard", "MultiModalGuardForBase64"];
  if (headerOf(request, "x-acs-version") !== VERSION || !actions.includes(action))
    throw new Refusal(404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.");
  const service = new URLSearchParams(request.path.split("?", 2)[1]).get("Service") ?? "";
  const isForm = headerOf(request, "content-type").startsWith("application/x-www-form-urlencoded");
  const form = new URLSearchParams(isForm ? request.body.toString() : "");
  const parameters = parseObject(Buffer.from(form.get("ServiceParameters") ?? ""));
  const answer = (Code: number, Message: string, Data?: object): ProviderReply =>
    jsonReply(200, { Code, Message, RequestId: requestIdOf(request), ...(Data && { Data }) });
  if (!service || !parameters) return answer(400, "ServiceParameters is not valid");
  if (action === "MultiModalGuardForBase64") {
    const isImage = form.has("ImageBase64Str") || Array.isArray(parameters.imageUrls);
    if (!isImage) return answer(400, "image is empty");
    return answer(200, "OK", guardData(Buffer.from(form.get("ImageBase64Str") ?? "", "base64").toString("latin1")));
  }
  const { content } = parameters;
  if (typeof content !== "string" || content === "") return answer(400, "content is empty");
  if ([...content].length > (MOST_CHARACTERS[service] ?? 2000)) return answer(400, "content is too long");
  return answer(200, "OK", action === "TextModerationPlus" ? textData(content) : guardData(content));
}

function textData(content: string): object {
  const { isViolent } = findingsOf(content);
  if (!isViolent) return { RiskLevel: "none", Result: [{ Label: "nonLabel", Description: "no risk" }] };
  const Advice = [{ Answer: "Let us talk about something else.", HitLabel: "violent_weapons", HitLibName: "weapons" }];
  return { RiskLevel: "high", Result: [{ Label: "violent_weapons", Confidence: 99.1, RiskWords: "bomb" }], Advice };
}

function guardData(content: string): object {
  const { isViolent, isAttack, emails } = findingsOf(content);
  const dimension = (Type: string, Level: string, Suggestion: string, Label: string, Ext?: object): object => ({
    Type,
    Level,
    Suggestion,
    Result: [{ Label, Level, Confidence: 99, ...(Ext && { Ext }) }],
  });
  const Desensitization = withoutEmails(content, "****");
  const Detail = [
    dimension("contentModeration", isViolent ? "max" : "none", isViolent ? "block" : "pass", "violent_weapons"),
    dimension("promptAttack", isAttack ? "max" : "none", isAttack ? "block" : "pass", "Direct Prompt Injection"),
  ];
  if (emails.length > 0)
    Detail.push(
      dimension("sensitiveData", "S3", "mask", "1790", {
        Desensitization,
        SensitiveData: emails.map(({ text }) => text),
      }),
    );
  const Suggestion = isViolent || isAttack ? "block" : emails.length > 0 ? "mask" : "pass";
  return { Suggestion, RiskLevel: isViolent ? "max" : "none", AttackLevel: isAttack ? "max" : "none", Detail };
}
