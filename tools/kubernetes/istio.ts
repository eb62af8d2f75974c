import { GATEWAY, manifest, type Deployment, type Resource } from "./manifests.ts";
import { PHASES } from "../wasmplugin/wasm-plugin.ts";

const WASM = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm";
const targetRefs = [{ kind: "Gateway", group: "gateway.networking.k8s.io", name: GATEWAY.name }];

/**
 * The EnvoyFilter of a plugin. Istio's agent fetches the image, as it does for a WasmPlugin:
 * https://istio.io/latest/docs/reference/config/networking/envoy-filter/#EnvoyFilter-ApplyTo (EXTENSION_CONFIG)
 */
export function envoyFilter(deployment: Deployment): string {
  const { plugin, image, config } = deployment;
  const value = `${JSON.stringify(config, null, 2)}\n`;
  const entry = {
    name: plugin,
    root_id: plugin,
    vm_config: {
      // Of several fetched modules with one `vm_id`, Envoy runs the first in the place of all: each has its own.
      vm_id: plugin,
      runtime: "envoy.wasm.runtime.v8",
      code: { remote: { http_uri: { uri: `oci://${image}`, cluster: "_", timeout: "30s" } } },
    },
    failure_policy: "FAIL_RELOAD",
    allow_on_headers_stop_iteration: true,
    configuration: { "@type": "type.googleapis.com/google.protobuf.StringValue", value },
  };
  const name = `${GATEWAY.namespace}.${plugin}`;
  const router = {
    name: "envoy.filters.network.http_connection_manager",
    subFilter: { name: "envoy.filters.http.router" },
  };
  const discovery = { config_source: { ads: {}, resource_api_version: "V3" }, type_urls: [WASM] };
  return manifest(
    [
      `${plugin} in a gateway of Istio. Each of these resources inserts its plugin before the router, in the order of \`priority\`.`,
      "examples/istio/README.md explains them.",
    ],
    [
      resourceOf("networking.istio.io/v1alpha3", "EnvoyFilter", plugin, {
        targetRefs,
        priority: placeOf(deployment),
        configPatches: [
          {
            applyTo: "EXTENSION_CONFIG",
            match: { context: "GATEWAY" },
            patch: { operation: "ADD", value: { name, typed_config: { "@type": WASM, config: entry } } },
          },
          {
            applyTo: "HTTP_FILTER",
            match: { context: "GATEWAY", listener: { filterChain: { filter: router } } },
            patch: { operation: "INSERT_BEFORE", value: { name, config_discovery: discovery } },
          },
        ],
      }),
    ],
  );
}

/** The WasmPlugin of a plugin that works without `allow_on_headers_stop_iteration`. */
export function wasmPlugin({ plugin, image, config, phase, priority }: Deployment): string {
  const isEmpty = Object.keys(config as object).length === 0;
  return manifest(
    [
      `${plugin} in a gateway of Istio, as a WasmPlugin: use it alone, or with plugins that are WasmPlugins too.`,
      "Istio puts WasmPlugins before the filters of EnvoyFilters.",
    ],
    [
      resourceOf("extensions.istio.io/v1alpha1", "WasmPlugin", plugin, {
        targetRefs,
        url: `oci://${image}`,
        imagePullPolicy: "IfNotPresent",
        pluginName: plugin,
        phase,
        priority,
        failStrategy: "FAIL_RELOAD",
        ...(isEmpty ? {} : { pluginConfig: config }),
      }),
    ],
  );
}

/** Istio applies EnvoyFilters with a low priority first. Higress's phases come one after another, and in them high priorities first. */
const placeOf = ({ phase, priority }: Deployment): number => PHASES.indexOf(phase) * 10_000 - priority;

const resourceOf = (apiVersion: string, kind: string, name: string, spec: Resource["spec"]): Resource => {
  return { apiVersion, kind, metadata: { name, namespace: GATEWAY.namespace }, spec };
};
