// SPDX-License-Identifier: Apache-2.0
// A local reply of a filter after ai-proxy is not the provider's: it passes unchanged, and without ai-proxy's headers.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter, type EnvoyConfig } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send } from "../harness/http-client.ts";
import { type RunningServer, serve } from "../providers/server.ts";

const PROVIDERS = {
  openai: { type: "openai", apiToken: "sk-test-openai", hiclawMode: true },
  native: { type: "qwen", apiToken: "sk-test-qwen", qwenEnableCompatible: false },
};
const REPLIES: Record<string, [number, string, string]> = {
  cached: [200, "application/json", '{"object":"chat.completion","choices":[]}'],
  events: [200, "text/event-stream", 'data: {"choices":[]}\n\n'],
  limited: [429, "text/plain", "slow down"],
  empty: [204, "", ""],
};

const lua = (script: string): EnvoyConfig => ({
  name: "envoy.filters.http.lua",
  typed_config: {
    "@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua",
    default_source_code: { inline_string: script },
  },
});

const replies = Object.entries(REPLIES).map(([name, [status, type, body]]) => {
  const headers = `[":status"] = "${status}"${type ? `, ["content-type"] = "${type}"` : ""}`;
  return `if want == "${name}" then handle:respond({${headers}}, [[${body}]]) end`;
});
const SCRIPT = `function envoy_on_request(handle)
  local want = handle:headers():get("x-want")
  ${replies.join("\n  ")}
end`;

describe("a local reply after ai-proxy", () => {
  let upstream: RunningServer;
  let envoy: EnvoyProcess;

  before(async () => {
    upstream = await serve(() => ({ status: 200, headers: [], chunks: [Buffer.from("{}")] }));
    const routes = [routeFor({ name: "r", cluster: "upstream" })];
    const listeners = Object.entries(PROVIDERS).map(([name, provider]) => {
      const configuration = JSON.stringify({ provider });
      const plugin = wasmFilter({ plugin: "ai-proxy", wasm: "build/ai-proxy.wasm", configuration, vmId: name });
      return listenerFor({ name, routes, downstream: [plugin, lua(SCRIPT)] });
    });
    envoy = await startEnvoy(bootstrapFor(listeners, [clusterFor({ name: "upstream", port: upstream.port })]));
  });
  after(async () => {
    await envoy?.stop();
    await upstream?.close();
  });

  for (const listener of Object.keys(PROVIDERS)) {
    for (const [want, [status, , body]] of Object.entries(REPLIES)) {
      it(`passes unchanged: ${want}, ${listener}`, async () => {
        const stream = want === "events";
        const chat = { model: "m", stream, messages: [{ role: "user", content: "hi" }] };
        const reply = await send(envoy.listenerPorts[listener], {
          method: "POST",
          path: "/v1/chat/completions",
          authority: "gateway",
          headers: [["x-want", want]],
          chunks: [Buffer.from(JSON.stringify(chat))],
        });
        assert.equal(reply.status, status);
        assert.equal(reply.body.toString(), body);
        assert.ok(!reply.headers.some(([name]) => name.startsWith("x-ai-")), JSON.stringify(reply.headers));
        assert.equal(upstream.requests.length, 0);
      });
    }
  }
});
