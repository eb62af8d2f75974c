import assert from "node:assert/strict";
import { test } from "node:test";
import { Random, seed } from "../random.ts";
import { configure, faultsOf, memoryBytes, readReply, setPiece, writeCall } from "./module.ts";

const HOST = { cluster: "checker", serviceHost: "checker.example" };
const KEY = { apiKey: "a-key-of-the-test" };
const detail = { Type: "sensitiveData", Level: "S4", Suggestion: "mask", Result: [{ Ext: { Desensitization: "x" } }] };

/** Each service with a configuration in which all of a reply is read, and a reply that blocks or masks. */
const SERVICES: [configuration: object, reply: unknown][] = [
  [
    {
      type: "aliyun",
      ...HOST,
      accessKey: "an-access-key",
      secretKey: "a-secret-key",
      action: "MultiModalGuard",
      riskAction: "mask",
    },
    {
      Code: 200,
      Data: { RiskLevel: "low", AttackLevel: "none", Result: [{ Label: "a", RiskWords: "b" }], Detail: [detail] },
    },
  ],
  [
    { type: "aliyun", ...HOST, accessKey: "an-access-key", secretKey: "a-secret-key" },
    { Code: 200, Data: { RiskLevel: "high", Result: [{ Label: "a", RiskWords: "b" }], Advice: [{ Answer: "c" }] } },
  ],
  [
    { type: "azure", ...HOST, ...KEY },
    { blocklistsMatch: [{ blocklistName: "a" }], categoriesAnalysis: [{ category: "Hate", severity: 6 }] },
  ],
  [
    { type: "azure", ...HOST, ...KEY, operation: "shieldPrompt" },
    { userPromptAnalysis: { attackDetected: true }, documentsAnalysis: [{ attackDetected: true }] },
  ],
  [
    { type: "bedrock", ...HOST, ...KEY, guardrailIdentifier: "a", guardrailVersion: 1 },
    {
      action: "GUARDRAIL_INTERVENED",
      outputs: [{ text: "{EMAIL}" }],
      assessments: [
        { sensitiveInformationPolicy: { piiEntities: [{ type: "EMAIL", match: "a", action: "ANONYMIZED" }] } },
      ],
    },
  ],
  [
    { type: "judge", ...HOST, model: "a" },
    { choices: [{ message: { content: "Safety: Unsafe\nCategories: Violent" } }] },
  ],
  [{ type: "judge", ...HOST, model: "a", format: "words" }, { choices: [{ message: { content: "UNSAFE: hate, b" } }] }],
  [
    { type: "lakera", ...HOST, ...KEY, payload: true },
    {
      flagged: true,
      breakdown: [{ detector_type: "pii/email", detected: true }],
      payload: [{ start: 0, end: 2, detector_type: "pii/email" }],
    },
  ],
  [
    { type: "openai", cluster: "a", ...KEY, threshold: 0.5 },
    { results: [{ flagged: true, categories: { hate: true }, category_scores: { hate: 0.9 } }] },
  ],
  [
    { type: "presidio", ...HOST },
    [
      { entity_type: "PERSON", start: 0, end: 2, score: 0.9 },
      { entity_type: "URL", start: 1, end: 3, score: 1 },
    ],
  ],
  [
    { type: "webhook", ...HOST, path: "/" },
    { action: "mask", content: "\ud83d\ude00", labels: ["a"], level: "b", score: 0.1 },
  ],
];
const TEXT = "😀 你好 \u0000 end";
const ODD = [null, true, -1, 1e300, 2 ** 33, "", "\u0000", "é".repeat(3000), [], {}, [[]], { a: { b: [1] } }];

/** A copy of a value in which some member or element is something else, or is missing or doubled. */
function mutated(value: unknown, random: Random): unknown {
  const isOneOf = (count: number): boolean => random.below(count) === 0;
  if (isOneOf(7)) return random.pick(ODD);
  if (Array.isArray(value)) {
    const items = value.map((item) => (isOneOf(3) ? item : mutated(item, random)));
    return isOneOf(10) ? items.slice(1) : isOneOf(10) ? [...items, ...items] : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(() => !isOneOf(30));
  return Object.fromEntries(members.map(([key, member]) => [key, isOneOf(3) ? member : mutated(member, random)]));
}

const KINDS = ["pass", "mask", "block", "failed"];

test("a reply that is cut anywhere is no verdict, and the whole one is", () => {
  for (const [configuration, reply] of SERVICES) {
    configure(configuration);
    setPiece(TEXT);
    const bytes = Buffer.from(JSON.stringify(reply));
    for (let size = 0; size < bytes.length; size++) {
      const { kind, reason } = readReply(bytes.subarray(0, size));
      assert.deepEqual([kind, reason], ["failed", "not JSON"], `${JSON.stringify(configuration)} at ${size}`);
    }
    assert.match(readReply(bytes).kind, /mask|block/, JSON.stringify(configuration));
  }
});

test("a reply that is changed anywhere is a verdict, or none: never a trap, never more than a page of log", () => {
  const random = new Random(seed());
  for (const [configuration, reply] of SERVICES) {
    configure(configuration);
    setPiece(TEXT);
    const seen = new Set<string>();
    for (let round = 0; round < 1500; round++) {
      const body = Buffer.from(JSON.stringify(mutated(reply, random)));
      if (round % 3 === 0 && body.length > 0) body[random.below(body.length)] = random.below(256);
      const verdict = readReply(body, random.below(20) === 0 ? 500 : 200);
      assert.ok(KINDS.includes(verdict.kind));
      seen.add(verdict.kind);
      const logged = [verdict.labels, verdict.words, verdict.level, verdict.reason, verdict.message];
      for (const text of logged) assert.ok(Buffer.byteLength(text) <= 3 * 1024, JSON.stringify(verdict).slice(0, 500));
      assert.equal(verdict.kind === "failed", verdict.reason !== "");
      if (verdict.kind !== "mask") assert.equal(verdict.masked, "");
    }
    assert.ok(seen.has("failed") && seen.size > 1, JSON.stringify(configuration));
  }
});

test("a deep reply, a wide one and a huge one are no trap, and leave no memory behind", () => {
  const deep = `${"[".repeat(5000)}${"]".repeat(5000)}`;
  const wide = `{${Array.from({ length: 20_000 }, (_, i) => `"k${i}":{"a":[{"action":"BLOCKED","type":"t${i}"}]}`).join()}}`;
  const huge = `{"action":"pass","x":"${"y".repeat(4_000_000)}"}`;
  let before = 0;
  for (let round = 0; round < 3; round++) {
    for (const [configuration] of SERVICES) {
      configure(configuration);
      setPiece(TEXT);
      assert.equal(readReply(deep).kind, "failed");
      assert.equal(readReply(`{"action":"GUARDRAIL_INTERVENED","assessments":[${wide}]}`).kind === "mask", false);
      assert.ok(KINDS.includes(readReply(huge).kind));
    }
    if (round === 1) before = memoryBytes();
  }
  assert.ok(memoryBytes() - before < 12_000_000, `${memoryBytes() - before} bytes more`);
});

test("a configuration that is changed anywhere is accepted, or refused with a path: never a trap", () => {
  const random = new Random(seed());
  for (const [configuration] of SERVICES) {
    const { type, ...options } = configuration as { type: string };
    const more = {
      categories: { Hate: 2, hate: 0.5 },
      anonymizers: { A: { type: "mask" } },
      consumerRiskLevel: [{ name: "a" }],
    };
    const lists = { entities: ["A"], blocklistNames: ["b"], onlyCategories: ["c"], scoreThreshold: 0.5, severity: 4 };
    const seen = new Set<boolean>();
    for (let round = 0; round < 200; round++) {
      const changed = mutated(random.below(2) ? { ...options, ...more, ...lists } : options, random);
      const faults = faultsOf({ type, ...(changed as object) });
      const isRefused = faults.some((line) => !line.startsWith("warning: "));
      for (const line of faults) assert.match(line, /^(warning: )?\$/);
      seen.add(isRefused);
      setPiece(TEXT);
      if (!isRefused) assert.ok(writeCall().path.startsWith("/"));
    }
    assert.equal(seen.size, 2, type);
  }
});
