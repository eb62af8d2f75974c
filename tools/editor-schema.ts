import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findPlugins, root } from "./plugins.ts";

type Schema = Record<string, unknown>;

/** Where the schema for editors is. */
export const EDITOR_SCHEMA = "docs/schema.json";

/**
 * One JSON Schema for editors, of every plugin's schema.json: for WasmPlugins of Higress and Istio, and for Envoy's yaml with a
 * configuration as `google.protobuf.Struct`. It is of draft 7, which yaml-language-server reads:
 * https://github.com/redhat-developer/yaml-language-server#using-inlined-schema
 */
export function editorSchema(): string {
  const plugins = findPlugins().map(({ name, folder }) => ({
    name,
    schema: JSON.parse(readFileSync(join(root, folder, "schema.json"), "utf8")) as Schema,
  }));
  const names = plugins.map(({ name }) => name);
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "The configurations of the AI gateway plugins",
    description: "WasmPlugins, and Envoy's yaml. `#/definitions/<plugin>` is the configuration of one plugin.",
    if: { type: "object", properties: { kind: { const: "WasmPlugin" } }, required: ["kind"] },
    then: { $ref: "#/definitions/WasmPlugin" },
    else: { $ref: "#/definitions/Envoy" },
    definitions: {
      ...Object.fromEntries(plugins.map(({ name, schema: own }) => [name, ofPlugin(name, own)])),
      WasmPlugin: wasmPlugin(names),
      Envoy: envoy(names),
      filter: { allOf: names.map(filterOf) },
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** The schema of a plugin as a definition: its references begin at the definition. */
function ofPlugin(name: string, { $schema: _draft, "x-version": _version, ...schema }: Schema): unknown {
  const text = JSON.stringify(schema).replaceAll('"$ref":"#/', `"$ref":"#/definitions/${name}/`);
  return JSON.parse(text) as unknown;
}

const reference = (name: string): Schema => ({ $ref: `#/definitions/${name}` });

/** https://github.com/alibaba/higress/blob/main/api/extensions/v1alpha1/wasmplugin.proto */
function wasmPlugin(names: string[]): Schema {
  const list = { type: "array", items: { type: "string" } };
  const rule = {
    type: "object",
    properties: {
      ingress: { ...list, description: "Names of ingresses: the rule applies to their routes." },
      domain: { ...list, description: "Hosts: exact, `*.example.com` or `example.*`." },
      service: { ...list, description: "Services, with or without a port." },
      config: { type: "object", description: "The configuration of these requests." },
      configDisable: { type: "boolean", description: "Removes the rule: its requests get the default configuration." },
      routeType: { enum: ["HTTP", "GRPC"] },
    },
    anyOf: ["ingress", "domain", "service"].map((key) => ({ required: [key] })),
    additionalProperties: false,
  };
  const own = {
    defaultConfig: { type: "object", description: "The configuration of requests that match no rule." },
    defaultConfigDisable: { type: "boolean", description: "Whether the default configuration is not used." },
    matchRules: {
      type: "array",
      items: rule,
      description: "Configurations of some requests. The first that matches applies.",
    },
    failStrategy: { enum: ["FAIL_CLOSE", "FAIL_OPEN"] },
  };
  const common = {
    url: { type: "string", description: "The image of the plugin, `oci://…`, or the URL of its module." },
    pluginConfig: {
      type: "object",
      description: "The whole configuration. On Higress it replaces the default and the rules.",
    },
    phase: { enum: ["AUTHN", "AUTHZ", "STATS", "UNSPECIFIED_PHASE"], description: "The place in the filter chain." },
    priority: { type: "integer", description: "The place within the phase: a higher one runs earlier." },
  };
  const higress = { properties: { apiVersion: { pattern: "^extensions\\.higress\\.io/" } } };
  const known = [
    ...[...Object.keys(common), ...Object.keys(own), "sha256", "imagePullPolicy", "imagePullSecret"],
    ...["verificationKey", "pluginName", "vmConfig"],
  ];
  const isStrict = { properties: { spec: { propertyNames: { enum: known }, properties: own } } };
  return {
    type: "object",
    required: ["apiVersion", "spec"],
    properties: {
      spec: { type: "object", required: ["url"], properties: common, allOf: names.map(specOf) },
    },
    allOf: [{ if: higress, then: isStrict }],
  };
}

/** The configurations of a WasmPlugin whose image is this plugin. */
function specOf(name: string): Schema {
  const config = reference(name);
  return {
    if: { properties: { url: { type: "string", pattern: `(^|/)${name}([:@.]|$)` } }, required: ["url"] },
    then: {
      properties: {
        pluginConfig: config,
        defaultConfig: config,
        matchRules: { items: { properties: { config } } },
      },
    },
  };
}

/** Envoy's yaml: a Wasm filter may stand anywhere, and so may the metadata of a route. */
function envoy(names: string[]): Schema {
  const text = {
    properties: { config: { type: "string", description: "The configuration of the route: a JSON text." } },
  };
  return {
    if: { type: "object", properties: { "@type": { pattern: "\\.wasm\\.v3\\.Wasm$" } }, required: ["@type"] },
    then: { properties: { config: reference("filter") } },
    else: { additionalProperties: reference("Envoy") },
    properties: { filter_metadata: { properties: Object.fromEntries(names.map((name) => [name, text])) } },
    items: reference("Envoy"),
  };
}

/** A `PluginConfig` whose module or root id is this plugin. */
function filterOf(name: string): Schema {
  const file = { properties: { filename: { pattern: `(^|/)${name}\\.wasm$` } }, required: ["filename"] };
  const code = { properties: { code: { properties: { local: file }, required: ["local"] } }, required: ["code"] };
  const isPlugin = [
    { properties: { root_id: { const: name } }, required: ["root_id"] },
    { properties: { vm_config: code }, required: ["vm_config"] },
  ];
  const isObject = { properties: { "@type": { pattern: "\\.Struct$" } }, required: ["@type"] };
  return {
    if: { anyOf: isPlugin },
    then: { properties: { configuration: { if: isObject, then: { properties: { value: reference(name) } } } } },
  };
}
