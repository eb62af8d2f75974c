// SPDX-License-Identifier: Apache-2.0
// A client that sends the routing header itself chooses no route: not with any kind of request, and not one on which
// model-router is disabled, if Envoy removes the header before it looks for a route.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { bootstrapFor, listenerFor, routeFor, wasmFilter, type EnvoyConfig } from "../harness/bootstrap.ts";
import { cors } from "../harness/chain-filters.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import type { HeaderPair } from "../providers/types.ts";

const byModel = (prefix: string): EnvoyConfig => ({
  prefix,
  headers: [{ name: "x-higress-llm-model", string_match: { exact: "secret" } }],
});
const routes = [
  routeFor({
    ...{ name: "unread", cluster: "none", match: byModel("/unread"), disabled: ["model-router"] },
    direct: { status: 200, body: "chosen" },
  }),
  routeFor({ name: "secret", cluster: "none", match: byModel("/"), direct: { status: 200, body: "chosen" } }),
  routeFor({ name: "others", cluster: "none", direct: { status: 200, body: "others" } }),
];
const downstream = [wasmFilter({ plugin: "model-router", wasm: "build/model-router.wasm", configuration: "{}" }), cors];
/** As the README of model-router has it. */
const early = {
  name: "envoy.http.early_header_mutation.header_mutation",
  typed_config: {
    "@type": "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
    mutations: [{ remove: "x-higress-llm-model" }],
  },
};

function listenerWith(name: string, more: EnvoyConfig): EnvoyConfig {
  const listener = listenerFor({ name, routes, downstream }) as {
    filter_chains: { filters: { typed_config: EnvoyConfig }[] }[];
  };
  Object.assign(listener.filter_chains[0].filters[0].typed_config, more);
  return listener as unknown as EnvoyConfig;
}

describe("a routing header of the client's", () => {
  let envoy: EnvoyProcess;
  before(async () => {
    const listeners = [
      listenerWith("plain", { upgrade_configs: [{ upgrade_type: "websocket" }] }),
      listenerWith("early", { early_header_mutation_extensions: [early] }),
    ];
    envoy = await startEnvoy(bootstrapFor(listeners, []));
  });
  after(() => envoy?.stop());

  function ask(listener: string, method: string, path: string, more: HeaderPair[], body = ""): Promise<ClientResponse> {
    const headers: HeaderPair[] = [["x-higress-llm-model", "secret"], ...more];
    const chunks = body ? [Buffer.from(body)] : [];
    return send(envoy.listenerPorts[listener], { method, path, authority: "gateway.example", headers, chunks });
  }
  const json: HeaderPair = ["content-type", "application/json"];
  const kinds: [kind: string, method: string, path: string, headers: HeaderPair[], body?: string][] = [
    ["a GET", "GET", "/v1/models", []],
    ["a HEAD", "HEAD", "/v1/models", []],
    ["an OPTIONS", "OPTIONS", "/v1/chat/completions", []],
    ["a DELETE", "DELETE", "/v1/files/file-1", []],
    ["a chat without a model", "POST", "/v1/chat/completions", [json], "{}"],
    ["a chat with another model", "POST", "/v1/chat/completions", [json], '{"model":"other"}'],
    ["a chat without a body", "POST", "/v1/chat/completions", [["content-length", "0"]]],
    ["a compressed chat", "POST", "/v1/chat/completions", [json, ["content-encoding", "gzip"]], "x"],
    ["a path that is not read", "POST", "/v1/files", [json], '{"model":"secret"}'],
    ["a form", "POST", "/v1/images/edits", [["content-type", "multipart/form-data; boundary=x"]], "--x--"],
    ["gRPC", "POST", "/v1/chat/completions", [["content-type", "application/grpc"]], "x"],
  ];
  for (const [kind, method, path, headers, body] of kinds)
    it(`is removed from ${kind}`, async () => {
      const response = await ask("plain", method, path, headers, body);
      assert.ok(!response.body.includes("chosen"), response.body.toString());
      assert.equal(response.status, 200);
    });

  it("is removed from two headers of that name, in any case", async () => {
    const response = await ask("plain", "GET", "/v1/models", [["X-Higress-LLM-Model", "secret"]]);
    assert.equal(response.body.toString(), "others");
  });

  it("is removed before a WebSocket has its route", async () => {
    const upgrade: HeaderPair[] = [
      ["connection", "upgrade"],
      ["upgrade", "websocket"],
    ];
    assert.ok(!(await ask("plain", "GET", "/v1/realtime", upgrade)).body.includes("chosen"));
  });

  it("chooses a route on which model-router is disabled, unless Envoy removes it before", async () => {
    assert.equal((await ask("plain", "GET", "/unread", [])).body.toString(), "chosen");
    assert.equal((await ask("early", "GET", "/unread", [])).body.toString(), "others");
    const chat = await ask("early", "POST", "/v1/chat/completions", [json], '{"model":"secret"}');
    assert.equal(chat.body.toString(), "chosen");
  });
});
