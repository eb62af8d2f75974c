import { GATEWAY, manifest, type Deployment, type Resource } from "./manifests.ts";

const API = "gateway.envoyproxy.io/v1alpha1";
const target = { group: "gateway.networking.k8s.io", kind: "Gateway", name: GATEWAY.name };
const LISTENER = "type.googleapis.com/envoy.config.listener.v3.Listener";

/**
 * The EnvoyExtensionPolicy that loads plugins in this order, and the EnvoyPatchPolicy that adds what it cannot say:
 * https://github.com/envoyproxy/gateway/issues/8382
 */
export function envoyGatewayManifest(name: string, deployments: Deployment[], comment: string): string {
  const metadata = { name, namespace: GATEWAY.namespace };
  const policy: Resource = {
    apiVersion: API,
    kind: "EnvoyExtensionPolicy",
    metadata,
    spec: { targetRefs: [target], wasm: deployments.map(wasm) },
  };
  const patches: Resource = {
    apiVersion: API,
    kind: "EnvoyPatchPolicy",
    metadata,
    spec: {
      targetRef: target,
      type: "JSONPatch",
      jsonPatches: deployments.flatMap((_, index) => [
        patch(name, index, "/allow_on_headers_stop_iteration", true),
        patch(name, index, "/failure_policy", "FAIL_RELOAD"),
      ]),
    },
  };
  return manifest([comment, "examples/envoy-gateway/README.md explains it."], [policy, patches]);
}

function wasm({ plugin, image, config }: Deployment): object {
  const code = { type: "Image", image: { url: image }, pullPolicy: "IfNotPresent" };
  return { name: plugin, rootID: plugin, code, config };
}

function patch(policy: string, index: number, path: string, value: unknown): object {
  const filter = `envoy.filters.http.wasm/envoyextensionpolicy/${GATEWAY.namespace}/${policy}/wasm/${index}`;
  const jsonPath = `..http_filters[?(@.name=='${filter}')].typed_config.config`;
  const name = `${GATEWAY.namespace}/${GATEWAY.name}/${GATEWAY.listener}`;
  return { type: LISTENER, name, operation: { op: "add", jsonPath, path, value } };
}
