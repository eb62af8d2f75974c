// SPDX-License-Identifier: Apache-2.0
// The rings themselves: a correct case passes on both hosts, and both hosts detect every kind of error.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { readCases } from "../harness/load-cases.ts";
import { compileProbe, PROBE_WASM } from "../host/probe/compile.ts";
import { HostCase } from "../host/run-case.ts";
import { CaseRing } from "./case-ring.ts";

/** A case for the probe, with a few lines replaced. */
function probeCase(name: string, lines: string) {
  return readCases(`description: a probe\n${lines}`, "probe", name)[0];
}

const right = [
  probeCase(
    "passes through",
    `exchanges:
  - name: a body in pieces
    request: { json: { a: 1 }, chunks: [2, 3] }
    expectUpstream: { method: POST, path: /v1/chat/completions, authority: gateway.example, bodySameAsClient: true, headers: { content-type: application/json, x-b: null } }
    expect: { status: 200, body: upstream, bodySameAsUpstream: true, headers: { content-type: { matches: ^text } }, details: via_upstream }
  - name: a stream
    request: { path: "/a?b=c" }
    reply: { sse: [{ n: 1 }, "[DONE]"], chunkSize: 3, delayMs: 1 }
    expectUpstream: { method: GET, path: "/a?b=c" }
    expect: { sse: [{ n: { $any: integer } }, "[DONE]"], headers: { content-type: text/event-stream } }
  - name: a cut stream
    request: {}
    reply: { sse: [{ n: 1 }], end: cut }
    expect: { end: reset }
  - name: a stream that hangs
    request: {}
    reply: { sse: [{ n: 1 }], end: hang }
    expect: { sse: [{ n: 1 }] }
  - name: no answer
    request: {}
    reply: { end: refuse }
    expect: { status: 503 }`,
  ),
  probeCase(
    "local reply",
    `configText: "request_headers: log 3 refused-here; reply 403 probe.refused no x-why=because"
logs: { contains: [refused-here], excludes: [never] }
exchanges:
  - name: refused
    request: { json: {} }
    expectUpstream: false
    expect: { status: 403, body: "no", details: probe.refused, headers: { x-why: because } }`,
  ),
  probeCase(
    "refused configuration",
    `configText: "configure: log 4 broken-here; return 0"\nconfigError: [broken-here]`,
  ),
  probeCase(
    "two routes",
    `configText: "request_headers_end: prop xds/route_name; prop xds/route_metadata/filter_metadata/probe/config"
routes:
  - { name: first, match: { prefix: /first }, metadata: { a: 1 }, cluster: "outbound|443||first.dns" }
  - { name: "off", match: { path: /off }, disabled: true }
  - { name: rest, metadataText: "{" }
logs: { contains: ["-> 0 first", '-> 0 {"a":1}', "-> 0 rest", "-> 0 {"], excludes: ["-> 0 off"] }
exchanges: [{ name: first, request: { path: /first } }, { name: "off", request: { path: /off } }, { name: rest, request: {} }]`,
  ),
];

const exchange = "exchanges: [{ name: x, request: { json: { a: 1 }, headers: { authorization: Bearer unused-key } }";
const wrong: [mistake: RegExp, name: string, lines: string][] = [
  [/status is 200, not 404/, "status", `${exchange}, expect: { status: 404 } }]`],
  [/header x-a is null, not "1"/, "header", `${exchange}, expect: { headers: { x-a: "1" } } }]`],
  [/details are "via_upstream"/, "details", `${exchange}, expect: { details: other } }]`],
  [/the body is "upstream"/, "body", `${exchange}, expect: { body: other } }]`],
  [/\$\.a is 1, not 2/, "upstream JSON", `${exchange}, expectUpstream: { json: { a: 2 } } }]`],
  [/was asked POST/, "asked", `${exchange}, expectUpstream: false }]`],
  [
    /was not asked/,
    "not asked",
    `configText: "request_headers: reply 403 a b c=d"\n${exchange}, expectUpstream: {} }]`,
  ],
  [/sse has 0 items/, "events", `${exchange}, expect: { sse: ["[DONE]"] } }]`],
  [/connection was cut/, "cut", `${exchange}, reply: { sse: [{}], end: cut } }]`],
  [/no log line contains/, "log line", `logs: { contains: [nothing] }\n${exchange} }]`],
  [
    /a log line contains/,
    "excluded log line",
    `configText: "request_headers: log 1 something"\nlogs: { excludes: [something] }\n${exchange} }]`,
  ],
  [/the secret unu… stands in/, "secret", `configText: "request_headers: get 0 authorization"\n${exchange} }]`],
  [/accepted the configuration|configuration was accepted/, "accepted configuration", "configError: [broken]"],
  [
    /refused the configuration|configuration was refused/,
    "refused configuration",
    `configText: "configure: return 0"\n${exchange} }]`,
  ],
];

describe("the rings", { concurrency: 4 }, () => {
  const mistakes = wrong.map(([mistake, name, lines]) => ({ mistake, testCase: probeCase(name, lines) }));
  const all = [...right, ...mistakes.map(({ testCase }) => testCase)];
  const ring = new CaseRing(
    all.map((testCase) => ({ testCase, wasm: PROBE_WASM })),
    false,
  );
  before(async () => {
    await compileProbe();
    await ring.start();
  });
  after(() => ring.stop());

  for (const testCase of right) {
    test(`both accept: ${testCase.name}`, async () => {
      assert.deepEqual(new HostCase(testCase, PROBE_WASM).run(), []);
      assert.deepEqual(await ring.run(testCase), []);
    });
  }
  for (const { mistake, testCase } of mistakes) {
    test(`both notice: ${testCase.name}`, async () => {
      assert.match(new HostCase(testCase, PROBE_WASM).run().join("\n"), mistake);
      assert.match((await ring.run(testCase)).join("\n"), mistake);
    });
  }
});
