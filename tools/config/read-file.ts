import { isWasmPlugin, readWasmPlugin } from "../wasmplugin/wasm-plugin.ts";
import { convert, ofNoPlugin, pluginOf } from "../wasmplugin/convert.ts";
import { textOf } from "../wasmplugin/read-file.ts";
import type { Configuration } from "./configuration.ts";
import { envoyConfigurations } from "./envoy-file.ts";
import type { Finding } from "./finding.ts";
import { custom } from "./gateway-resource.ts";
import { parseYaml, pathText, type YamlDocument } from "./yaml-file.ts";

/** What a file configures, and what is wrong with the file itself. */
export interface ConfigurationFile {
  configurations: Configuration[];
  findings: Finding[];
  documents: YamlDocument[];
}

/**
 * Finds the configurations of plugins in a file: filters and route metadata of Envoy's yaml or JSON, WasmPlugins of Higress and
 * Istio, and EnvoyExtensionPolicies of Envoy Gateway, in any number and order.
 */
export function readConfigurations(file: string, known: string[], text = textOf(file)): ConfigurationFile {
  const { documents, findings } = parseYaml(file, text);
  if (findings.length > 0) return { configurations: [], findings, documents: [] };
  const configurations = documents.flatMap((document) => {
    if (isWasmPlugin(document.value)) return fromHigress(document, known, findings);
    return [...custom(document, known, findings), ...envoyConfigurations(document, known, findings)];
  });
  return { configurations, findings, documents };
}

function fromHigress(document: YamlDocument, known: string[], findings: Finding[]): Configuration[] {
  const { plugin, findings: found } = readWasmPlugin(document);
  findings.push(...found);
  if (!plugin) return [];
  const name = pluginOf(plugin, known);
  const { config, isDelivered, origin } = convert(plugin);
  const { file } = document;
  if (!known.includes(name)) {
    findings.push({ file, line: document.lineOf(["spec", "url"]), severity: "error", message: ofNoPlugin(known) });
    return [];
  }
  if (!isDelivered) {
    const message = "$.spec.defaultConfigDisable: the plugin is not delivered, since all rules are disabled too";
    findings.push({ file, line: document.lineOf(["spec", "defaultConfigDisable"]), severity: "warning", message });
    return [];
  }
  const lineOf: Configuration["lineOf"] = (path) => document.lineOf(origin(path));
  return [
    {
      file,
      plugin: name,
      text: config && JSON.stringify(config),
      at: "$.spec",
      line: document.lineOf([]),
      pathOf: (path) => pathText(origin(path)),
      lineOf,
      lineOfByte: () => lineOf([]),
    },
  ];
}
