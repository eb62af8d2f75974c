// SPDX-License-Identifier: Apache-2.0
// The filter entries that `make from-wasmplugin` prints for examples/kubernetes/higress, together in one Envoy.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import { filesIn } from "../../tools/files.ts";
import { root } from "../../tools/plugins.ts";
import { fragment } from "../../tools/wasmplugin/fragment.ts";
import { readWasmPlugins } from "../../tools/wasmplugin/read-file.ts";
import { bootstrapFor, clusterFor, listenerFor, routeFor, type EnvoyConfig } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";

describe("the filter entries of examples/kubernetes/higress", () => {
  let envoy: EnvoyProcess;
  let provider: RunningServer;

  before(async () => {
    provider = await serve(() => ({
      status: 200,
      headers: [["content-type", "application/json"]],
      chunks: [Buffer.from("{}")],
    }));
    // Two files are of ai-proxy: this is the one with a default configuration.
    const files = filesIn("examples/kubernetes/higress", ".yaml").filter((file) => !file.endsWith("-per-ingress.yaml"));
    const entries = files.flatMap((file) => readWasmPlugins(file, readFileSync(join(root, file), "utf8")).entries);
    const filters = parse(fragment(entries).replaceAll("/opt/ai-gateway/", "build/")) as (EnvoyConfig & {
      name: string;
    })[];
    const isUpstream = ({ name }: { name: string }): boolean => name === "ai-proxy";
    const listener = listenerFor({
      name: "gateway",
      routes: [
        routeFor({ name: "health", match: { path: "/health" }, cluster: "any" }),
        routeFor({ name: "all", cluster: "any" }),
      ],
      downstream: filters.filter((filter) => !isUpstream(filter)),
      upstream: filters.filter(isUpstream),
    });
    envoy = await startEnvoy(bootstrapFor([listener], [clusterFor({ name: "any", port: provider.port })]));
  });
  after(async () => {
    await envoy?.stop();
    await provider?.close();
  });

  function get(path: string, model: string): Promise<ClientResponse> {
    const body = Buffer.from(JSON.stringify({ model, messages: [{ role: "user", content: "hi" }] }));
    const headers: [string, string][] = [["content-type", "application/json"]];
    return send(envoy.listenerPorts.gateway, {
      method: "POST",
      path,
      authority: "gateway.example",
      headers,
      chunks: [body],
    });
  }

  it("serve a chat with the default configurations", async () => {
    assert.equal((await get("/v1/chat/completions", "gpt-4o")).status, 200);
    const { authority, headers, body } = provider.requests.at(-1)!;
    assert.equal(authority, "dashscope.aliyuncs.com");
    assert.equal(new Map(headers).get("authorization"), "Bearer YOUR_DASHSCOPE_API_KEY");
    // model-mapper maps it first, and ai-proxy what it made of it.
    assert.equal((JSON.parse(body.toString()) as { model: string }).model, "qwen-turbo");
  });

  it("leave the ingress without the plugin to its own host", async () => {
    assert.equal((await get("/health", "m")).status, 200);
    assert.equal(provider.requests.at(-1)!.authority, "gateway.example");
  });

  it("refuse what request-block blocks", async () => {
    assert.equal((await get("/swagger.html", "m")).status, 404);
  });
});
