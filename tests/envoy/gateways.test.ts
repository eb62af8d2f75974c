// SPDX-License-Identifier: Apache-2.0
// The manifests of examples/kubernetes/: each filter as Istio and Envoy Gateway write it gives the responses of the filter
// entry in the plugin's README. Also: which plugins work without `allow_on_headers_stop_iteration`.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { firstConfiguration, HOLDS } from "../../tools/filter-entry.ts";
import { deployable } from "../../tools/kubernetes/manifests.ts";
import { root } from "../../tools/plugins.ts";
import { bootstrapFor, clusterFor, listenerFor, routeFor, type EnvoyConfig } from "../harness/bootstrap.ts";
import { pluginFilter } from "../harness/chain-filters.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send } from "../harness/http-client.ts";
import {
  applyPatches,
  enabledOnRoute,
  envoyGatewayFilters,
  istioEnvoyFilter,
  istioWasmPlugin,
  resourcesIn,
  servedByEnvoyGateway,
  type DiscoveredFilter,
} from "../harness/kubernetes.ts";
import { withRedis } from "../harness/redis-bootstrap.ts";
import { Valkey } from "../harness/valkey.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { HeaderPair, ProviderRequest } from "../providers/types.ts";

const plugins = deployable();
const manifestOf = (gateway: string, plugin: string): string => `examples/kubernetes/${gateway}/${plugin}.yaml`;
const moduleOf = (plugin: string): string => join(root, `build/${plugin}.wasm`);

interface Probe {
  path: string;
  headers?: HeaderPair[];
  body?: object;
}

const demo: HeaderPair = ["x-api-key", "demo"];
const chat = (model: string, content: string, ...headers: HeaderPair[]): Probe => {
  return { path: "/v1/chat/completions", headers, body: { model, messages: [{ role: "user", content }] } };
};
/** The request as one for a template: other plugins do not know the members. */
const withTemplate = ({ body, ...probe }: Probe): Probe => {
  const properties = { language: "French", text: "hi", temperature: 1 };
  return { ...probe, body: { ...body, template: "translate", properties } };
};
const batch: HeaderPair = ["authorization", "Bearer YOUR_KEY_FOR_BATCH"];
/**
 * What is sent first, so that limits of the READMEs' configurations are reached, and a cache has something; with the probes no more than 10
 * requests, another limit.
 */
const WARM_UP: Probe[] = [
  ...Array.from({ length: 3 }, () => ({ path: "/", headers: [demo] })),
  withTemplate(chat("gpt-4o-mini", "hi", batch, ["x-mse-consumer", "free"])),
];
/** What is compared. Together these requests show what each plugin does. */
const PROBES: Probe[] = [
  { path: "/ai-history/query", headers: [["x-ai-fallback-target", "my-qwq-32b"]] },
  { path: "/", headers: [demo] },
  { path: "/?text=password" },
  withTemplate(chat("gpt-4o-mini", "hi", batch)),
  chat("gpt-3", "my password of project-falcon", ["x-mse-consumer", "free"]),
  chat("gpt-3", "compressed", ["content-encoding", "gzip"]),
];

/** What the engine of ai-search finds. */
const FOUND = { results: [{ title: "Gold", url: "https://a.example/gold", content: "Gold costs 4,000." }] };

/** A chat completion that says what the provider received. */
function echo({ method, path, headers, body }: ProviderRequest): object {
  const received = headers.filter(([name]) => !/^(x-request-id|x-envoy-.*|x-forwarded-.*)$/.test(name));
  const content = JSON.stringify({ method, path, received, body: body.toString() });
  const choices = [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }];
  const usage = { prompt_tokens: 100, completion_tokens: 100, total_tokens: 200 };
  return { id: "chatcmpl-1", object: "chat.completion", created: 1, model: "m", choices, usage };
}

describe("the filters of the gateways' manifests", () => {
  let folder: string;
  let provider: RunningServer;
  let modules: Server;
  let envoy: EnvoyProcess;
  let valkey: Valkey;

  before(async () => {
    mkdirSync(join(root, "tests/.tmp"), { recursive: true });
    folder = mkdtempSync(join(root, "tests/.tmp/gateways-"));
    const reply = (request: ProviderRequest): string =>
      JSON.stringify(request.path.startsWith("/search?") ? FOUND : echo(request));
    provider = await serve((request) => ({
      status: 200,
      headers: [["content-type", "application/json"]],
      chunks: [Buffer.from(reply(request))],
    }));
    modules = createServer((request, response) => response.end(readFileSync(moduleOf((request.url ?? "").slice(1)))));
    await new Promise<void>((done) => modules.listen(0, "127.0.0.1", done));
    const { port } = modules.address() as AddressInfo;
    const clusters = [
      clusterFor({ name: "upstream", port: provider.port }),
      clusterFor({ name: "searxng", port: provider.port }),
      clusterFor({ name: "wasm_cluster", port }),
    ];
    const bootstrap = bootstrapFor([listener("no plugin", []), ...plugins.flatMap(listeners), chain()], clusters);
    valkey = await Valkey.start();
    const withStore = withRedis(bootstrap, { port: valkey.port });
    envoy = await startEnvoy({ ...withStore, node: { id: "gateways", cluster: "gateways" } }, { wasmLogLevel: "warn" });
  });
  after(async () => {
    await envoy?.stop();
    await valkey?.stop();
    await provider?.close();
    await new Promise((done) => (modules ? modules.close(done) : done(null)));
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const served = (plugin: string): EnvoyConfig =>
    servedByEnvoyGateway(`http://wasm.example/${plugin}`, readFileSync(moduleOf(plugin)));
  /** Envoy cannot fetch one module for two filters at the same time. */
  const local = (plugin: string): EnvoyConfig => ({ local: { filename: moduleOf(plugin) } });

  function listeners(plugin: string): EnvoyConfig[] {
    const [filter] = resourcesIn(manifestOf("istio", plugin));
    const [policy, patches] = resourcesIn(manifestOf("envoy-gateway", plugin));
    const patched = envoyGatewayFilters(policy, served);
    applyPatches(patches, patched);
    const all = [
      listener(`${plugin} in Envoy`, [pluginFilter(plugin, firstConfiguration(plugin) as object)]),
      discover(`${plugin} in Istio`, (path) => istioEnvoyFilter(filter, moduleOf(plugin), path)),
      onRoutes(`${plugin} in Envoy Gateway`, patched),
      onRoutes(`${plugin} without the flag`, envoyGatewayFilters(policy, local)),
    ];
    const file = manifestOf("istio/wasmplugin", plugin);
    if (!existsSync(join(root, file))) return all;
    const [wasmPlugin] = resourcesIn(file);
    return [...all, discover(`${plugin} as WasmPlugin`, (path) => istioWasmPlugin(wasmPlugin, moduleOf(plugin), path))];
  }

  function chain(): EnvoyConfig {
    const [policy, patches] = resourcesIn(manifestOf("envoy-gateway", "chain"));
    const filters = envoyGatewayFilters(policy, local);
    applyPatches(patches, filters);
    return onRoutes("chain", filters);
  }

  /** Writes the extension to the file from which Envoy discovers it. */
  function discover(name: string, make: (path: string) => DiscoveredFilter): EnvoyConfig {
    const path = join(folder, `${name}.json`);
    const { filter, extension } = make(path);
    writeFileSync(path, JSON.stringify({ version_info: "1", resources: [extension] }));
    return listener(name, [filter]);
  }

  const onRoutes = (name: string, filters: EnvoyConfig[]): EnvoyConfig =>
    listener(name, filters, { typed_per_filter_config: enabledOnRoute(filters) });

  const listener = (name: string, downstream: EnvoyConfig[], ofRoute: EnvoyConfig = {}): EnvoyConfig =>
    listenerFor({ name, downstream, routes: [{ ...routeFor({ name: "all", cluster: "upstream" }), ...ofRoute }] });

  async function response(name: string, { path, headers = [], body }: Probe): Promise<string> {
    assert.ok(envoy.listenerPorts[name], `Envoy refused the listener "${name}"`);
    const chunks = body ? [Buffer.from(JSON.stringify(body))] : [];
    const type: HeaderPair[] = body ? [["content-type", "application/json"]] : [];
    const method = body ? "POST" : "GET";
    const request = { method, path, authority: "gateway.example", headers: [...headers, ...type], chunks };
    const { status, body: text } = await send(envoy.listenerPorts[name], request);
    return `${method} ${path}: ${status} ${text}`;
  }

  /** The responses of a listener to all probes, and how many requests ai-statistics has counted, which changes no response. */
  async function responses(name: string): Promise<string[]> {
    await valkey.run("FLUSHALL");
    const before = await counted();
    for (const probe of WARM_UP) await response(name, probe);
    const texts = await Promise.all(PROBES.map((probe) => response(name, probe)));
    if (!name.startsWith("ai-statistics ")) return texts;
    const all = WARM_UP.length + PROBES.length;
    // A request is counted after the client has its response.
    let more = 0;
    for (let tries = 0; more < all && tries < 50; tries++) {
      if (tries) await setTimeout(100);
      more = (await counted()) - before;
    }
    return more ? [...texts, `${more} requests are counted`] : texts;
  }

  async function counted(): Promise<number> {
    const counters = await envoy.stats("ai_statistics_requests_total");
    return Object.values(counters).reduce((sum, count) => sum + count, 0);
  }

  for (const plugin of plugins) {
    it(`are those of ${plugin}`, async () => {
      const [own, none] = [await responses(`${plugin} in Envoy`), await responses("no plugin")];
      assert.notDeepEqual(own, none, "no probe shows what the plugin does");
      assert.deepEqual(await responses(`${plugin} in Istio`), own);
      assert.deepEqual(await responses(`${plugin} in Envoy Gateway`), own);
    });

    it(`${HOLDS.includes(plugin) ? "need" : "do not need"} the flag for ${plugin}`, async () => {
      const own = await responses(`${plugin} in Envoy`);
      const without = await responses(`${plugin} without the flag`);
      // Without key-auth before it there is no consumer for whom it would hold headers.
      if (plugin === "ai-history") return;
      if (HOLDS.includes(plugin)) {
        assert.notDeepEqual(without, own);
        return;
      }
      assert.deepEqual(without, own);
      assert.deepEqual(await responses(`${plugin} as WasmPlugin`), own);
    });
  }

  it("work as a chain in Envoy Gateway", async () => {
    const [none, , , passed] = await responses("chain");
    assert.match(none, /^GET \/ai-history\/query: 401 /);
    assert.match(passed, /^POST \/v1\/chat\/completions: 200 .*"chat\.completion"/);
    assert.doesNotMatch(passed, /YOUR_KEY_FOR_BATCH/);
  });
});
