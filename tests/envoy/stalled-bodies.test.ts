// SPDX-License-Identifier: Apache-2.0
// A filter in front waits for a service, and lets go of more of a body than Envoy may buffer: a plugin that needs the whole body does not wait for
// the rest for ever.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrapFor, clusterFor, listenerFor, routeFor, type EnvoyConfig } from "../harness/bootstrap.ts";
import { pluginFilter } from "../harness/chain-filters.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const LARGE = 3 << 20;
const content = "x".repeat(LARGE);
const chat = (text: string): Buffer =>
  Buffer.from(JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: text }] }));
const completion = Buffer.from(
  JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }] }),
);

/** Waits for a service with the headers of a request or of a response. */
const waiting = (direction: "request" | "response"): EnvoyConfig => ({
  name: "envoy.filters.http.lua",
  typed_config: {
    "@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua",
    default_source_code: {
      inline_string: `function envoy_on_${direction}(handle)
        handle:httpCall("service", {[":method"] = "GET", [":path"] = "/", [":authority"] = "service"}, "", 5000)
      end`,
    },
  },
});

describe("a body that is too large before a plugin gets it", () => {
  let envoy: EnvoyProcess;
  const servers: RunningServer[] = [];

  before(async () => {
    const headers: [string, string][] = [["content-type", "application/json"]];
    servers.push(await serve(() => ({ status: 200, headers, chunks: [completion] })));
    servers.push(await serve(() => sleep(300).then(() => ({ status: 200, headers: [], chunks: [] }))));
    const masking = pluginFilter("ai-data-masking", { deny_words: ["forbidden"] });
    const openai = pluginFilter("ai-proxy", { provider: { type: "openai", apiToken: "sk-test-openai" } });
    const chains = {
      request: [waiting("request"), masking],
      "request, translated": [waiting("request"), openai],
      response: [masking, waiting("response")],
    };
    const listeners = Object.entries(chains).map(([name, downstream]) =>
      listenerFor({ name, routes: [routeFor({ name, cluster: "provider" })], downstream }),
    );
    const clusters = ["provider", "service"].map((name, at) => clusterFor({ name, port: servers[at].port }));
    envoy = await startEnvoy(bootstrapFor(listeners, clusters), { concurrency: 2 });
  });
  after(async () => {
    await envoy?.stop();
    for (const server of servers) await server.close();
  });

  const post = (listener: string, chunks: Buffer[], wait = 0): Promise<ClientResponse> =>
    send(
      envoy.listenerPorts[listener],
      {
        ...{ method: "POST", path: "/v1/chat/completions", authority: "gateway.example", chunks },
        headers: [["content-type", "application/json"]],
      },
      { beforeChunk: (at) => sleep(at ? wait : 0) },
    );

  for (const listener of ["request", "request, translated"])
    it(`gets 413: ${listener}`, async () => {
      const responses = await Promise.all(Array.from({ length: 4 }, () => post(listener, [chat(content)])));
      for (const { status, body } of responses) {
        assert.equal(status, 413);
        assert.match(body.toString(), /Payload Too Large|larger than the gateway can hold/);
      }
    });

  it("is replaced by a 500 where it is a response", async () => {
    const responses = await Promise.all(Array.from({ length: 4 }, () => post("response", [chat("hi")])));
    for (const { status } of responses) assert.equal(status, 500);
    assert.equal(await envoy.stats("server.live").then((stats) => stats["server.live"]), 1);
  });

  it("is served where it is slow, and not too large", async () => {
    const body = chat("x".repeat(200_000));
    const chunks = [body.subarray(0, 100_000), body.subarray(100_000)];
    const response = await post("request, translated", chunks, 2500);
    assert.equal(response.status, 200);
    assert.equal(response.body.length, completion.length);
  });
});
