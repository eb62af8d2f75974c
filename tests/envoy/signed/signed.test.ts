// SPDX-License-Identifier: Apache-2.0
// A provider may set and remove any header: the next attempt has none of its headers, and all headers of the client.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { runCompiler } from "../../../tools/compiler.ts";
import { aggregateFor, bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../../harness/envoy-process.ts";
import { send } from "../../harness/http-client.ts";
import { serve, type RunningServer } from "../../providers/server.ts";

const WASM = "build/test/signed.wasm";
const providers = [
  { id: "signed", type: "signed", apiToken: "sk-test-signed" },
  { id: "keyless", type: "vllm", vllmServerHost: "vllm.internal" },
];

describe("headers of an attempt", () => {
  let envoy: EnvoyProcess;
  let busy: RunningServer;
  let last: RunningServer;

  before(async () => {
    const options = ["--config", "asconfig.json", "--target", "release", "--outFile", WASM, "--baseDir", "."];
    const message = await runCompiler(["tests/envoy/signed/assembly/index.ts", ...options]);
    assert.equal(message, null);
    busy = await serve(() => ({ status: 429, headers: [], chunks: [Buffer.from("busy")] }));
    last = await serve(() => ({ status: 200, headers: [], chunks: [Buffer.from("plain")] }));
    const named = (id: string): Record<string, Record<string, unknown>> => ({ "ai-proxy": { provider: id } });
    const clusters = [
      clusterFor({ name: "signed", port: busy.port, endpointMetadata: named("signed") }),
      clusterFor({ name: "nameless", port: last.port }),
      clusterFor({ name: "keyless", port: last.port, endpointMetadata: named("keyless") }),
      aggregateFor("to-nobody", ["signed", "nameless"]),
      aggregateFor("to-keyless", ["signed", "keyless"]),
    ];
    const priorities =
      "type.googleapis.com/envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig";
    const retry_policy = {
      retry_on: "retriable-status-codes",
      retriable_status_codes: [429],
      num_retries: 1,
      retry_priority: {
        name: "envoy.retry_priorities.previous_priorities",
        typed_config: { "@type": priorities, update_frequency: 1 },
      },
    };
    const routes = [
      routeFor({ name: "nobody", match: { prefix: "/nobody" }, cluster: "to-nobody", action: { retry_policy } }),
      routeFor({ name: "keyless", cluster: "to-keyless", action: { retry_policy } }),
    ];
    const filter = wasmFilter({ plugin: "ai-proxy", wasm: WASM, configuration: JSON.stringify({ providers }) });
    envoy = await startEnvoy(bootstrapFor([listenerFor({ name: "gateway", routes, upstream: [filter] })], clusters));
  });
  after(async () => {
    await envoy?.stop();
    await busy?.close();
    await last?.close();
  });

  for (const [name, prefix] of [
    ["an unnamed target", "/nobody"],
    ["a provider without a key of ours", ""],
  ]) {
    it(`${name} gets the client's headers, and none of the previous attempt`, async () => {
      busy.requests.length = 0;
      last.requests.length = 0;
      const body = Buffer.from('{"model":"m","messages":[{"role":"user","content":"hello"}]}');
      const { status } = await send(envoy.listenerPorts.gateway, {
        method: "POST",
        path: `${prefix}/v1/chat/completions`,
        authority: "gateway.example",
        headers: [
          ["content-type", "text/plain"],
          ["content-length", String(body.length)],
          ["authorization", "Bearer the-clients-own"],
          ["x-client-version", "7"],
          ["x-tags", "one"],
          ["x-tags", "two"],
          ["x-trace", "t"],
        ],
        chunks: [body],
      });
      assert.equal(status, 200);
      const [first, second] = [busy.requests[0], last.requests[0]];
      const of = (headers: [string, string][], wanted: string): string[] =>
        headers.filter(([key]) => key === wanted).map(([, value]) => value);
      assert.deepEqual(of(first.headers, "x-amz-security-token"), ["sk-test-session"]);
      assert.deepEqual(of(first.headers, "x-signed-59"), ["sk-test-part"]);
      assert.deepEqual(of(first.headers, "x-trace"), []);
      assert.deepEqual(of(second.headers, "authorization"), ["Bearer the-clients-own"]);
      assert.deepEqual(of(second.headers, "x-client-version"), ["7"]);
      assert.deepEqual(of(second.headers, "x-tags").join(",").split(/, ?/), ["one", "two"]);
      assert.deepEqual(of(second.headers, "x-trace"), ["t"]);
      const left = second.headers.filter(([key, value]) => key.startsWith("x-signed") || value.includes("sk-test"));
      assert.deepEqual(left, []);
      assert.deepEqual(of(second.headers, "x-amz-security-token"), []);
      assert.deepEqual(of(second.headers, "content-type"), [prefix ? "text/plain" : "application/json"]);
    });
  }
});
