import { HOLDS } from "../filter-entry.ts";
import { envoyGatewayManifest } from "./envoy-gateway.ts";
import { envoyFilter, wasmPlugin } from "./istio.ts";
import { deployable, deploymentOf, inOrder } from "./manifests.ts";

/** The plugins of the chain in examples/kubernetes/envoy-gateway/chain.yaml. */
const CHAIN = ["key-auth", "key-rate-limit", "request-block", "ai-proxy"];

/** The manifests that `make docs` writes, by file. */
export function kubernetesManifests(): Map<string, string> {
  const folder = "examples/kubernetes";
  const files = new Map<string, string>();
  for (const plugin of deployable()) {
    const deployment = deploymentOf(plugin);
    files.set(`${folder}/istio/${plugin}.yaml`, envoyFilter(deployment));
    if (!HOLDS.includes(plugin)) files.set(`${folder}/istio/wasmplugin/${plugin}.yaml`, wasmPlugin(deployment));
    const comment = `${plugin} in Envoy Gateway. A Gateway has one such policy: chain.yaml has several plugins.`;
    files.set(`${folder}/envoy-gateway/${plugin}.yaml`, envoyGatewayManifest(plugin, [deployment], comment));
  }
  const chain = inOrder(CHAIN.map(deploymentOf));
  const comment = `${chain.map(({ plugin }) => plugin).join(", ")} in Envoy Gateway, in this order.`;
  return files.set(`${folder}/envoy-gateway/chain.yaml`, envoyGatewayManifest("chain", chain, comment));
}
