import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import { configure, faultsOf, IMAGE_DATA, IMAGE_URL, readReply, RESPONSE, setConsumer, setPiece } from "./module.ts";
import { takes, TEXT, writeCall, type Call } from "./module.ts";

const SERVICE = {
  type: "aliyun",
  serviceName: "safecheck.dns",
  servicePort: 443,
  serviceHost: "green-cip.cn-shanghai.aliyuncs.com",
  accessKey: "LTAI-test-key",
  secretKey: "a secret of the test".replaceAll(" ", "-"),
};
const GUARD = { ...SERVICE, action: "MultiModalGuard" };
const DETAIL = { Type: "sensitiveData", Level: "S3", Suggestion: "mask" };

const data = (fields: object): object => ({ Code: 200, Message: "OK", RequestId: "r", Data: fields });

/** The signature that Alibaba Cloud computes of a request. https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature */
function signatureOf(call: Call, secret: string): string {
  const names = /SignedHeaders=([^,]+),/.exec(call.headers.authorization!)![1]!.split(";");
  const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
  const lines = names.map((name) => `${name}:${name === "host" ? call.authority : call.headers[name]}\n`).join("");
  const query = call.path.slice(call.path.indexOf("?") + 1);
  const canonical = `POST\n/\n${query}\n${lines}\n${names.join(";")}\n${hash(call.body)}`;
  return createHmac("sha256", secret)
    .update(`ACS3-HMAC-SHA256\n${hash(canonical)}`)
    .digest("hex");
}

test("aliyun: a call has the form, the query and the signature of the API", () => {
  configure(SERVICE);
  setPiece('say "hi" & 你好 +%\n');
  const call = writeCall();
  assert.equal(call.cluster, "outbound|443||safecheck.dns");
  assert.equal(call.path, "/?Service=llm_query_moderation");
  assert.equal(call.headers["x-acs-action"], "TextModerationPlus");
  assert.equal(call.headers["x-acs-version"], "2022-03-02");
  assert.equal(call.headers["x-acs-date"], "2023-10-26T10:22:32Z");
  assert.equal(call.headers["x-acs-signature-nonce"], "3156853299f313e23d1673dc12e1703d");
  const form = new URLSearchParams(call.body);
  assert.deepEqual(JSON.parse(form.get("ServiceParameters")!), {
    content: 'say "hi" & 你好 +%\n',
    sessionId: "0123456789abcdef0123",
    requestFrom: "CIPFrom/AIGateway",
  });
  const expected = signatureOf(call, SERVICE.secretKey);
  assert.ok(call.headers.authorization!.endsWith(`,Signature=${expected}`), call.headers.authorization);
  assert.ok(
    call.headers.authorization!.startsWith(
      "ACS3-HMAC-SHA256 Credential=LTAI-test-key,SignedHeaders=content-type;host;",
    ),
  );
});

test("aliyun: a response has its own service, and a temporary token is signed", () => {
  configure({ ...SERVICE, securityToken: "a-token-of-STS" });
  setPiece("hello", TEXT, RESPONSE);
  const call = writeCall();
  assert.equal(call.path, "/?Service=llm_response_moderation");
  assert.equal(call.headers["x-acs-security-token"], "a-token-of-STS");
  assert.match(call.headers.authorization!, /;x-acs-date;x-acs-security-token;x-acs-signature-nonce;/);
  assert.ok(call.headers.authorization!.endsWith(signatureOf(call, SERVICE.secretKey)));
});

test("aliyun: images go to MultiModalGuardForBase64", () => {
  configure(SERVICE);
  assert.ok(!takes(IMAGE_URL) && !takes(IMAGE_DATA));
  configure(GUARD);
  assert.ok(takes(IMAGE_URL) && takes(IMAGE_DATA));
  setPiece("https://a.example/cat.png?a=1&b=2", IMAGE_URL);
  const url = writeCall();
  assert.equal(url.path, "/?Service=img_query_security_check");
  assert.equal(url.headers["x-acs-action"], "MultiModalGuardForBase64");
  assert.deepEqual(JSON.parse(new URLSearchParams(url.body).get("ServiceParameters")!), {
    imageUrls: ["https://a.example/cat.png?a=1&b=2"],
    requestFrom: "CIPFrom/AIGateway",
  });
  setPiece("aGk+/w==", IMAGE_DATA);
  const base64 = new URLSearchParams(writeCall().body);
  assert.equal(base64.get("ImageBase64Str"), "aGk+/w==");
});

test("aliyun: TextModerationPlus blocks from riskLevelBar on", () => {
  setPiece("x");
  for (const [bar, level, kind] of [
    ["high", "medium", "pass"],
    ["high", "high", "block"],
    ["max", "high", "pass"],
    ["LOW", "Low", "block"],
    ["none", "none", "block"],
  ] as const) {
    configure({ ...SERVICE, riskLevelBar: bar });
    assert.equal(readReply(data({ RiskLevel: level })).kind, kind, `${level} at ${bar}`);
  }
  configure(SERVICE);
  const Result = [{ Label: "contraband_drug", RiskWords: "drug A&drug B", Confidence: 99 }, { Label: "violent" }];
  const verdict = readReply(data({ RiskLevel: "high", Result, Advice: [{ Answer: "No.", HitLabel: "x" }] }));
  assert.equal(verdict.labels, "contraband_drug,violent");
  assert.equal(verdict.words, "drug A&drug B");
  assert.equal(verdict.message, "No.");
  assert.equal(verdict.level, "high");
  assert.deepEqual(verdict.details, []);
});

test("aliyun: MultiModalGuard blocks by dimension", () => {
  setPiece("x");
  configure({ ...GUARD, promptAttackLevelBar: "medium" });
  assert.deepEqual(readReply(data({ RiskLevel: "max" })).details, [{ type: "contentModeration", level: "max" }]);
  const attack = readReply(data({ RiskLevel: "none", AttackLevel: "high" }));
  assert.deepEqual([attack.kind, attack.details], ["block", [{ type: "promptAttack", level: "high" }]]);
  const Detail = [
    { Type: "customLabel", Level: "high", Suggestion: "block" },
    { Type: "maliciousUrl", Level: "max", Suggestion: "watch" },
    { Type: "unheard", Level: "max", Suggestion: "block" },
  ];
  const verdict = readReply(data({ RiskLevel: "none", Detail }));
  assert.deepEqual([verdict.kind, verdict.details], ["block", [{ type: "maliciousUrl", level: "max" }]]);
  assert.equal(readReply(data({ RiskLevel: "none", Detail: Detail.slice(2) })).kind, "pass");
});

test("aliyun: sensitive data is masked if an action says so and Aliyun has a masked text", () => {
  setPiece("my number is 13800138000");
  const Result = [{ Label: "1780", Ext: { Desensitization: 'my "number" is 138****8000', SensitiveData: ["1"] } }];
  const reply = data({ RiskLevel: "none", Detail: [{ ...DETAIL, Result }] });
  const at = { ...GUARD, sensitiveDataLevelBar: "S3" };
  configure(at);
  assert.equal(readReply(reply).kind, "block");
  configure({ ...at, riskAction: "mask" });
  const verdict = readReply(reply);
  assert.deepEqual([verdict.kind, verdict.masked], ["mask", 'my "number" is 138****8000']);
  assert.equal(verdict.labels, "1780");
  assert.equal(readReply(data({ RiskLevel: "none", Detail: [DETAIL] })).kind, "block", "without a masked text");
  configure({ ...at, riskAction: "mask", sensitiveDataLevelBar: "S4" });
  assert.deepEqual([readReply(reply).kind, readReply(reply).masked], ["pass", ""]);
  configure({ ...at, riskAction: "mask", sensitiveDataAction: "block" });
  assert.equal(readReply(reply).kind, "block");
  configure({ ...at, sensitiveDataAction: "mask" });
  assert.equal(readReply(reply).kind, "mask");
  setPiece("aGk=", IMAGE_DATA);
  assert.equal(readReply(reply).kind, "block", "an image");
});

test("aliyun: the first item of a list that names the consumer applies", () => {
  configure({
    ...GUARD,
    sensitiveDataLevelBar: "S3",
    sensitiveDataAction: "block",
    consumerRequestCheckService: [
      { name: "team-", matchType: "prefix", requestCheckService: "query_security_check_a" },
    ],
    consumerResponseCheckService: [{ name: "^a.*z$", matchType: "regexp", responseCheckService: "response_a" }],
    consumerRiskLevel: [
      { name: "team-a", matchType: "exact", riskAction: "mask", sensitiveDataLevelBar: "S2" },
      { name: "team-", matchType: "prefix", contentModerationLevelBar: "low" },
    ],
  });
  setConsumer("team-a");
  setPiece("x");
  assert.equal(writeCall().path, "/?Service=query_security_check_a");
  const Result = [{ Ext: { Desensitization: "y" } }];
  const reply = data({ RiskLevel: "none", Detail: [{ ...DETAIL, Level: "S2", Result }] });
  assert.equal(readReply(reply).kind, "mask", "the action of a consumer precedes the dimension's for all");
  assert.equal(readReply(data({ RiskLevel: "low" })).kind, "pass", "only the first item applies");
  setPiece("x", TEXT, RESPONSE);
  assert.equal(writeCall().path, "/?Service=response_security_check");
});

test("aliyun: a reply that is none is no verdict", () => {
  configure(SERVICE);
  setPiece("x");
  for (const [reply, status, reason] of [
    [{ Code: "InvalidAccessKeyId.NotFound", Message: "LTAI-test-key" }, 404, "status 404, InvalidAccessKeyId.NotFound"],
    [{ Code: "LTAI-test-key" }, 403, "status 403, *************"],
    [{ Code: "two words" }, 400, "status 400"],
    [{ Code: 408, Message: "no quota" }, 200, "status 408"],
    [{ Code: 200 }, 200, "no Data"],
    [data({}), 200, "no risk level"],
    [data({ RiskLevel: "severe" }), 200, "no risk level"],
    [data({ RiskLevel: 4 }), 200, "no risk level"],
    [[], 200, "a reply without a status"],
    ["<html>", 200, "not JSON"],
    ["", 504, "status 504"],
  ] as const) {
    const verdict = readReply(reply as object, status);
    assert.deepEqual([verdict.kind, verdict.reason], ["failed", reason], JSON.stringify(reply));
  }
  configure(GUARD);
  assert.equal(readReply(data({})).kind, "failed");
  for (const fields of [
    { RiskLevel: "severe" },
    { RiskLevel: "none", AttackLevel: "5" },
    { Detail: [{ ...DETAIL, Level: "S9" }] },
  ])
    assert.equal(readReply(data({ Detail: [], ...fields })).reason, "an unknown level", JSON.stringify(fields));
});

test("aliyun: a configuration that cannot work is refused with its path", () => {
  const without = (key: keyof typeof SERVICE): object => ({ ...SERVICE, [key]: undefined });
  for (const [configuration, fault] of [
    [without("accessKey"), "$.accessKey is required"],
    [without("secretKey"), "$.secretKey is required"],
    [without("serviceName"), "$.serviceName is required"],
    [{ ...without("servicePort"), serviceName: "guard" }, "$.servicePort is required with serviceName"],
    [without("serviceHost"), "$.serviceHost is required"],
    [without("type"), "$.type is required"],
    [
      { ...SERVICE, type: "alibaba" },
      "$.type must be one of aliyun, azure, bedrock, judge, lakera, openai, presidio, webhook",
    ],
    [{ ...SERVICE, action: "ImageModeration" }, "$.action must be one of TextModerationPlus, MultiModalGuard"],
    [{ ...SERVICE, riskLevelBar: "hihg" }, "$.riskLevelBar must be one of max, high, medium, low, none"],
    [{ ...GUARD, sensitiveDataLevelBar: "S0" }, "$.sensitiveDataLevelBar must be one of S4, S3, S2, S1"],
    [{ ...GUARD, riskAction: "drop" }, "$.riskAction must be one of block, mask"],
    [{ ...SERVICE, serviceHost: "a b" }, "$.serviceHost must be a host, as a.example or a.example:80"],
    [
      { ...SERVICE, consumerRiskLevel: [{ name: "a" }] },
      "$.consumerRiskLevel[0].matchType is required: write one of exact, prefix, regexp",
    ],
    [{ ...SERVICE, consumerRiskLevel: [{ matchType: "exact" }] }, "$.consumerRiskLevel[0].name is required"],
    [
      { ...SERVICE, sensitiveDataAction: "mask" },
      "warning: $.sensitiveDataAction has no effect without action: MultiModalGuard",
    ],
    [
      { ...GUARD, promptAttackAction: "mask" },
      "warning: $.promptAttackAction cannot mask: Aliyun masks sensitive data only, and all else is blocked",
    ],
  ] as const) {
    const faults = faultsOf(configuration);
    assert.ok(
      faults.some((line) => line.startsWith(fault)),
      `${fault}: ${faults.join("; ")}`,
    );
  }
});
