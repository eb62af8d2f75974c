import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { firstConfiguration } from "../filter-entry.ts";
import { findPlugins, root } from "../plugins.ts";
import { PHASES, type Phase } from "../wasmplugin/wasm-plugin.ts";

/** The namespace of the Gateway, its name, and that of its listener. */
export const GATEWAY = { namespace: "ai-gateway", name: "ai-gateway", listener: "http" };
/** The registry in every manifest; readers replace it. */
export const REGISTRY = "registry.example.com/ai-gateway";
/** Runs in an internal listener that the bootstrap defines, not in the filter chain of a gateway. */
const NOT_IN_A_GATEWAY = ["redis-bridge"];

/** The plugins that have a manifest for each gateway. */
export const deployable = (): string[] =>
  findPlugins()
    .map(({ name }) => name)
    .filter((name) => !NOT_IN_A_GATEWAY.includes(name));

/** What a manifest says of a plugin. */
export interface Deployment {
  plugin: string;
  /** The address of the image, with the plugin's version as the tag. */
  image: string;
  config: unknown;
  phase: Phase;
  priority: number;
}

/** Describes a plugin: the configuration of its README, phase and priority of its WasmPlugin for Higress. */
export function deploymentOf(plugin: string): Deployment {
  const read = (file: string): string => readFileSync(join(root, file), "utf8");
  const { "x-version": version } = JSON.parse(read(`plugins/${plugin}/schema.json`)) as { "x-version": string };
  const file = `examples/kubernetes/higress/${plugin}.yaml`;
  const spec = existsSync(join(root, file)) ? (parse(read(file)) as { spec: Partial<Deployment> }).spec : {};
  const image = `${REGISTRY}/${plugin}:${version}`;
  const { phase = "UNSPECIFIED_PHASE", priority = 0 } = spec;
  return { plugin, image, config: firstConfiguration(plugin), phase, priority };
}

/** The plugins in the order of the filter chain. */
export const inOrder = (deployments: Deployment[]): Deployment[] =>
  [...deployments].sort((a, b) => PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase) || b.priority - a.priority);

/** A Kubernetes resource. */
export interface Resource {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string };
  spec: Record<string, unknown>;
}

/** Writes resources as the text of a manifest, with a comment in front. */
export const manifest = (comment: string[], resources: Resource[]): string =>
  comment.map((line) => `# ${line}\n`).join("") +
  resources.map((resource) => stringify(resource, { lineWidth: 0, aliasDuplicateObjects: false })).join("---\n");
