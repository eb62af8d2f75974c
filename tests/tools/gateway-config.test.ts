import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gatewayConfig, type Substitutions } from "../../tools/gateway/config.ts";
import { FURTHER_SERVICES } from "../../tools/gateway/services.ts";

const substitutions: Substitutions = {
  port: 18080,
  defaultService: "openai",
  keys: new Map([["qwen", "sk-test-qwen"]]),
  mocks: new Map([["qwen", 4321]]),
  options: { qwen: { qwenEnableCompatible: false } },
};
const { listeners, clusters } = gatewayConfig(substitutions).static_resources;
const manager = listeners[0].filter_chains[0].filters[0].typed_config;
const plugin = JSON.parse(aiProxyOf(manager)) as {
  activeProviderId: string;
  providers: Record<string, unknown>[];
};
const provider = (id: string) => plugin.providers.find((candidate) => candidate.id === id);
const cluster = (name: string) => clusters.find((candidate) => candidate.name === name);

/** The configuration of ai-proxy, which is in the router's own chain. */
function aiProxyOf({ http_filters }: typeof manager): string {
  const filters = http_filters.flatMap(({ typed_config }) => typed_config.upstream_http_filters ?? []);
  return filters.find(({ name }) => name === "ai-proxy")?.typed_config.config?.configuration.value ?? "";
}

describe("an added service", () => {
  const added = gatewayConfig({
    ...substitutions,
    defaultService: "self-hosted",
    keys: new Map([["azure", "sk-test-azure"]]),
    further: ["azure", "self-hosted"].map((id) => ({
      service: FURTHER_SERVICES.find((service) => service.id === id)!,
      url: id === "azure" ? "https://r.openai.azure.com?api-version=2024-10-21" : "http://[::1]:8000/v1",
    })),
  }).static_resources;
  const text = JSON.stringify(added.listeners[0]);
  const named = (name: string) => JSON.stringify(added.clusters.find((candidate) => candidate.name === name));

  it("has a provider with its key and its address", () => {
    const value = aiProxyOf(added.listeners[0].filter_chains[0].filters[0].typed_config);
    const { providers } = JSON.parse(value) as { providers: Record<string, unknown>[] };
    assert.deepEqual(providers.slice(-2), [
      {
        ...{ id: "azure", type: "azure", basePath: "/azure", apiTokens: ["sk-test-azure"] },
        azureServiceUrl: "https://r.openai.azure.com?api-version=2024-10-21",
      },
      { id: "self-hosted", type: "openai", basePath: "/self-hosted", openaiCustomUrl: "http://[::1]:8000/v1" },
    ]);
  });

  it("has a route before the default one, and a cluster with TLS if the address is https", () => {
    assert.match(text, /"prefix":"\/azure\/".*"prefix":"\/self-hosted\/".*"name":"default"/);
    assert.match(text, /"name":"default",[^}]*\}[^}]*"cluster":"self-hosted"/);
    assert.match(named("azure"), /"address":"r.openai.azure.com","port_value":443.*"sni":"r.openai.azure.com"/);
    assert.match(named("self-hosted"), /"address":"::1","port_value":8000/);
    assert.doesNotMatch(named("self-hosted"), /transport_socket/);
  });
});

describe("the configuration that make run writes", () => {
  it("listens on the given address", () => {
    assert.deepEqual(listeners[0].address.socket_address, { address: "127.0.0.1", port_value: 18080 });
    const open = gatewayConfig({ ...substitutions, listen: "0.0.0.0" }).static_resources.listeners[0];
    assert.deepEqual(open.address.socket_address, { address: "0.0.0.0", port_value: 18080 });
  });

  it("uses the default service for routes that name no provider, and leaves the others", () => {
    const routes = manager.route_config.virtual_hosts[0].routes.map(({ name, route }) => [name, route?.cluster]);
    assert.deepEqual(routes, [
      ["other-pages", undefined],
      ["qwen", "qwen"],
      ["openai", "openai"],
      ["guarded", "openai"],
      ["guarded-models", "openai"],
      ["guarded-rest", undefined],
      ["default", "openai"],
    ]);
    assert.equal(plugin.activeProviderId, "openai");
  });

  it("sets API keys and options of their providers", () => {
    assert.deepEqual(provider("qwen")?.apiTokens, ["sk-test-qwen"]);
    assert.equal(provider("qwen")?.qwenEnableCompatible, false);
    assert.equal(provider("openai")?.qwenEnableCompatible, undefined);
  });

  it("maps the models of the default service", () => {
    const mapping = provider("qwen")?.modelMapping as Record<string, string>;
    assert.equal(mapping["gpt-4-turbo"], "qwen-max");
    assert.equal(mapping["gpt-4o"], "qwen-max");
    assert.equal(mapping["gpt-3"], "qwen-turbo");
    assert.equal(mapping["gpt-35-turbo"], "qwen-plus");
    assert.equal(mapping["*"], "qwen-turbo");
  });

  it("makes a mocked cluster use the loopback port without TLS", () => {
    const mocked = cluster("qwen");
    assert.equal(mocked?.type, "STATIC");
    assert.equal(mocked?.transport_socket, undefined);
    assert.match(JSON.stringify(mocked?.load_assignment), /"address":"127\.0\.0\.1","port_value":4321/);
  });

  it("keeps the name, TLS and an existing certificate bundle of a real cluster", () => {
    const real = cluster("openai");
    assert.equal(real?.type, "LOGICAL_DNS");
    const tls = real?.transport_socket?.typed_config as unknown as { sni: string };
    assert.equal(tls.sni, "api.openai.com");
  });
});
