// SPDX-License-Identifier: Apache-2.0
// The filters that the controllers of Istio and Envoy Gateway make of the manifests in examples/kubernetes/.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { root } from "../../tools/plugins.ts";
import type { EnvoyConfig } from "./bootstrap.ts";

const WASM = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm";
const TEXT = "type.googleapis.com/google.protobuf.StringValue";

type Resource = { apiVersion: string; kind: string; metadata: { name: string; namespace: string }; spec: EnvoyConfig };

/** The resources of a manifest. */
export const resourcesIn = (file: string): Resource[] =>
  parseAllDocuments(readFileSync(join(root, file), "utf8")).map((document) => {
    assert.deepEqual(document.errors, [], file);
    return document.toJS() as Resource;
  });

/** A filter of the chain, and the resource of its extension discovery (ECDS). */
export interface DiscoveredFilter {
  filter: EnvoyConfig;
  extension: EnvoyConfig;
}

/**
 * What istiod makes of a WasmPlugin, and Istio's agent of that: convertToTrafficExtensionWrapper in
 * https://github.com/istio/istio/blob/master/pilot/pkg/model/extensions.go, and rewriteVMConfig in
 * https://github.com/istio/istio/blob/master/pkg/wasm/convert.go, which fetches the image and removes the variables for itself.
 */
export function istioWasmPlugin({ metadata, spec }: Resource, wasm: string, path: string): DiscoveredFilter {
  const name = `${metadata.namespace}.${metadata.name}`;
  const configuration = spec.pluginConfig ? { "@type": TEXT, value: JSON.stringify(spec.pluginConfig) } : undefined;
  const config = {
    name,
    root_id: spec.pluginName,
    ...(configuration ? { configuration } : {}),
    vm_config: { runtime: "envoy.wasm.runtime.v8", code: { local: { filename: wasm } } },
    failure_policy: spec.failStrategy,
  };
  return discovered(name, { "@type": WASM, config }, path);
}

/** The filter of an EnvoyFilter that adds an extension and inserts the filter which discovers it. The agent fetches the image. */
export function istioEnvoyFilter({ spec }: Resource, wasm: string, path: string): DiscoveredFilter {
  type Patch = { applyTo: string; match: EnvoyConfig; patch: { operation: string; value: EnvoyConfig } };
  const [added, inserted, ...others] = spec.configPatches as Patch[];
  assert.deepEqual(others, []);
  assert.deepEqual([added.applyTo, added.patch.operation], ["EXTENSION_CONFIG", "ADD"]);
  assert.deepEqual([inserted.applyTo, inserted.patch.operation], ["HTTP_FILTER", "INSERT_BEFORE"]);
  assert.equal(inserted.patch.value.name, added.patch.value.name);
  const typed = structuredClone(added.patch.value.typed_config) as { config: { vm_config: EnvoyConfig } };
  const { remote } = typed.config.vm_config.code as { remote: { http_uri: { uri: string } } };
  assert.match(remote.http_uri.uri, /^oci:\/\//);
  typed.config.vm_config.code = { local: { filename: wasm } };
  return discovered(String(added.patch.value.name), typed as EnvoyConfig, path);
}

function discovered(name: string, typed: EnvoyConfig, path: string): DiscoveredFilter {
  const source = { path_config_source: { path }, resource_api_version: "V3" };
  return {
    filter: { name, config_discovery: { config_source: source, type_urls: [WASM] } },
    extension: { "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig", name, typed_config: typed },
  };
}

/** The code of a filter: Envoy Gateway fetches the image, and serves the module to Envoy. */
export function servedByEnvoyGateway(uri: string, module: Buffer): EnvoyConfig {
  const sha256 = createHash("sha256").update(module).digest("hex");
  const back = { base_interval: "1s", max_interval: "30s" };
  const http_uri = { uri, cluster: "wasm_cluster", timeout: "10s" };
  return { remote: { http_uri, sha256, retry_policy: { num_retries: 10, retry_back_off: back } } };
}

/**
 * The filters of an EnvoyExtensionPolicy. Each is off, and on in the routes of its target: wasmConfig in
 * https://github.com/envoyproxy/gateway/blob/v1.9.1/internal/xds/translator/wasm.go
 */
export function envoyGatewayFilters(
  { metadata, spec }: Resource,
  codeOf: (plugin: string) => EnvoyConfig,
): EnvoyConfig[] {
  type Wasm = { name: string; rootID: string; config: unknown };
  return (spec.wasm as Wasm[]).map(({ name, rootID, config }, index) => {
    const id = `envoyextensionpolicy/${metadata.namespace}/${metadata.name}/wasm/${index}`;
    return {
      name: `envoy.filters.http.wasm/${id}`,
      disabled: true,
      typed_config: {
        "@type": WASM,
        config: {
          name,
          root_id: rootID,
          vm_config: { vm_id: id, runtime: "envoy.wasm.runtime.v8", code: codeOf(name) },
          configuration: { "@type": TEXT, value: JSON.stringify(config) },
        },
      },
    };
  });
}

/** What the routes of an EnvoyExtensionPolicy's target have: enableFilterOnRoute of Envoy Gateway. */
export const enabledOnRoute = (filters: EnvoyConfig[]): EnvoyConfig =>
  Object.fromEntries(
    filters.map(({ name }) => [
      name,
      { "@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", config: {} },
    ]),
  );

const PATH = /^\.\.http_filters\[\?\(@\.name=='([^']+)'\)\]\.typed_config\.config$/;

/** Applies the patches of an EnvoyPatchPolicy to the filters of a listener, in place. */
export function applyPatches({ spec }: Resource, filters: EnvoyConfig[]): void {
  type Patch = {
    type: string;
    name: string;
    operation: { op: string; jsonPath: string; path: string; value: unknown };
  };
  for (const { type, name, operation } of spec.jsonPatches as Patch[]) {
    assert.equal(type, "type.googleapis.com/envoy.config.listener.v3.Listener");
    assert.equal(name, "ai-gateway/ai-gateway/http");
    const matched = filters.filter((filter) => filter.name === PATH.exec(operation.jsonPath)?.[1]);
    assert.equal(matched.length, 1, operation.jsonPath);
    assert.equal(operation.op, "add");
    (matched[0].typed_config as { config: EnvoyConfig }).config[operation.path.slice(1)] = operation.value;
  }
}
