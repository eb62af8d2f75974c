import { pluginOf } from "../wasmplugin/convert.ts";
import type { Configuration } from "./configuration.ts";
import { pathText, type Path, type YamlDocument } from "./yaml-file.ts";

/** The parts of a resource that name a module and have its configuration. */
interface Resource {
  kind?: string;
  metadata?: { name?: string };
  spec?: {
    url?: string;
    pluginName?: string;
    pluginConfig?: object;
    wasm?: { name?: string; rootID?: string; code?: Code; config?: object }[];
  };
}

interface Code {
  image?: { url?: string };
  http?: { url?: string };
}

/**
 * The configurations of Istio's WasmPlugin (https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/) and of Envoy
 * Gateway's EnvoyExtensionPolicy (https://gateway.envoyproxy.io/docs/api/extension_types/#wasm). Both give the plugin the object as JSON.
 */
export function custom(document: YamlDocument, known: string[]): Configuration[] {
  const { kind, metadata, spec } = (document.value ?? {}) as Resource;
  const name = metadata?.name ?? "";
  if (kind === "WasmPlugin") {
    const { url = "", pluginName, pluginConfig } = spec ?? {};
    const plugin = pluginOf({ url, pluginName, name }, known);
    return known.includes(plugin) ? [configuration(document, plugin, ["spec", "pluginConfig"], pluginConfig)] : [];
  }
  if (kind !== "EnvoyExtensionPolicy" || !Array.isArray(spec?.wasm)) return [];
  return spec.wasm.flatMap(({ name: title = "", rootID, code, config }, index) => {
    const url = code?.image?.url ?? code?.http?.url ?? "";
    const plugin = pluginOf({ url, pluginName: rootID, name: title }, known);
    return known.includes(plugin) ? [configuration(document, plugin, ["spec", "wasm", index, "config"], config)] : [];
  });
}

/** A configuration that is an object of the file. */
export function configuration(document: YamlDocument, plugin: string, at: Path, value: unknown): Configuration {
  const lineOf: Configuration["lineOf"] = (path) => document.lineOf([...at, ...path]);
  return {
    file: document.file,
    plugin,
    text: value === undefined ? undefined : JSON.stringify(value),
    at: pathText(at),
    line: lineOf([]),
    pathOf: (path) => pathText([...at, ...path]),
    lineOf,
    lineOfByte: () => lineOf([]),
  };
}
