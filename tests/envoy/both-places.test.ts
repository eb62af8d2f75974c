// SPDX-License-Identifier: Apache-2.0
// One configuration of ai-proxy before the router and in the router's chain, in one VM: each stream detects its chain.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { ProviderRequest } from "../providers/types.ts";

describe("the same ai-proxy configuration in both chains", () => {
  let envoy: EnvoyProcess;
  let provider: RunningServer;
  let received: ProviderRequest | null = null;

  before(async () => {
    const body = '{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}';
    provider = await serve((request) => {
      received = request;
      const headers: [string, string][] = [
        ["content-type", "application/json"],
        ["x-envoy-upstream-service-time", "forged"],
      ];
      return { status: 200, headers, chunks: [Buffer.from(body)] };
    });
    const filter = wasmFilter({
      ...{ plugin: "ai-proxy", wasm: "build/ai-proxy.wasm", vmId: "both" },
      configuration: JSON.stringify({ provider: { type: "openai", apiToken: "sk-test-openai" } }),
    });
    const listeners = ["downstream", "upstream", "both"].map((name) =>
      listenerFor({
        name,
        routes: [routeFor({ name: "default", cluster: "provider" })],
        downstream: name === "upstream" ? [] : [filter],
        upstream: name === "downstream" ? [] : [filter],
        accessLog: {
          path: "%TMP%/access.log",
          fields: {
            usage: "%FILTER_STATE(wasm.ai_usage:PLAIN)%",
            kept: "%FILTER_STATE(wasm.ai_client_headers:PLAIN)%",
          },
        },
      }),
    );
    envoy = await startEnvoy(bootstrapFor(listeners, [clusterFor({ name: "provider", port: provider.port })]));
  });
  after(async () => {
    await envoy?.stop();
    await provider?.close();
  });

  const entries = (): { usage: object | null; kept: string | null }[] =>
    readFileSync(join(envoy.folder, "access.log"), "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { usage: object | null; kept: string | null });

  for (const [index, name] of ["downstream", "upstream", "both", "downstream", "upstream"].entries())
    it(`${name}, request ${index + 1}`, async () => {
      const { status, headers } = await send(envoy.listenerPorts[name], {
        ...{ method: "POST", path: "/v1/chat/completions", authority: "gateway.example" },
        headers: [
          ["content-type", "application/json"],
          ["authorization", "Bearer of-the-client"],
        ],
        chunks: [Buffer.from('{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}')],
      });
      assert.equal(status, 200);
      assert.equal(received!.headers.find(([key]) => key === "authorization")?.[1], "Bearer sk-test-openai");
      assert.equal(headers.find(([key]) => key === "x-ai-provider")?.[1], "openai");
      assert.notEqual(headers.find(([key]) => key === "x-envoy-upstream-service-time")?.[1], "forged");
      for (let attempt = 0; attempt < 200 && entries().length <= index; attempt++) await sleep(25);
      const { usage, kept } = entries()[index];
      assert.ok(usage, "no usage was published");
      assert.equal(kept !== null, name !== "downstream", "the client's headers are kept in the router's chain only");
    });
});
