import { pluginOf } from "../wasmplugin/convert.ts";
import type { Configuration } from "./configuration.ts";
import { FAILS_OPEN, type Finding } from "./finding.ts";
import { pathText, type Path, type YamlDocument } from "./yaml-file.ts";

/** The parts of a resource that name a module and have its configuration. */
interface Resource {
  kind?: string;
  metadata?: { name?: string };
  spec?: {
    url?: string;
    pluginName?: string;
    pluginConfig?: object;
    failStrategy?: string;
    wasm?: { name?: string; rootID?: string; code?: Code; config?: object; failOpen?: boolean }[];
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
export function custom(document: YamlDocument, known: string[], findings: Finding[]): Configuration[] {
  const { kind, metadata, spec } = (document.value ?? {}) as Resource;
  const name = metadata?.name ?? "";
  const warn = (path: Path): void => {
    const message = `${pathText(path)} ${FAILS_OPEN}`;
    findings.push({ file: document.file, line: document.lineOf(path), severity: "warning", message });
  };
  if (kind === "WasmPlugin") {
    const { url = "", pluginName, pluginConfig, failStrategy } = spec ?? {};
    const plugin = pluginOf({ url, pluginName, name }, known);
    if (!known.includes(plugin)) return [];
    if (failStrategy === "FAIL_OPEN") warn(["spec", "failStrategy"]);
    return [configuration(document, plugin, ["spec", "pluginConfig"], pluginConfig)];
  }
  if (kind !== "EnvoyExtensionPolicy" || !Array.isArray(spec?.wasm)) return [];
  return spec.wasm.flatMap(({ name: title = "", rootID, code, config, failOpen }, index) => {
    const url = code?.image?.url ?? code?.http?.url ?? "";
    const plugin = pluginOf({ url, pluginName: rootID, name: title }, known);
    if (!known.includes(plugin)) return [];
    if (failOpen === true) warn(["spec", "wasm", index, "failOpen"]);
    return [configuration(document, plugin, ["spec", "wasm", index, "config"], config)];
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
