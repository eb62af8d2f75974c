import type { Configuration } from "./configuration.ts";
import { EmbeddedJson } from "./embedded-json.ts";
import { FAILS_OPEN, type Finding } from "./finding.ts";
import { configuration } from "./gateway-resource.ts";
import { pathText, type Path, type YamlDocument } from "./yaml-file.ts";
import { pluginOf } from "../wasmplugin/convert.ts";

type Json = Record<string, unknown>;

const WASM = ".wasm.v3.Wasm";
/** The fields of a `PluginConfig`, in both spellings, that let requests pass without the plugin. */
const OPEN: Json = { failure_policy: "FAIL_OPEN", failurePolicy: "FAIL_OPEN", fail_open: true, failOpen: true };
/** Nested deeper is no configuration of Envoy; an alias may even contain itself. */
const DEEPEST = 100;

/**
 * The configurations in Envoy's yaml: of each Wasm filter of this project, wherever it stands, and in the metadata of routes. Filters
 * of other modules are left out.
 */
export function envoyConfigurations(document: YamlDocument, known: string[], findings: Finding[]): Configuration[] {
  const found: Configuration[] = [];
  const fail = (path: Path, message: string, severity: Finding["severity"] = "error"): void => {
    const line = document.lineOf(path);
    findings.push({ file: document.file, line, severity, message: `${pathText(path)} ${message}` });
  };
  walk(document.value, [], (value, path) => {
    const filter = wasmConfig(value);
    if (filter) add(filterOf(document, known, filter.config, [...path, ...filter.path], fail));
    const metadata = objectOf(value.metadata)?.filter_metadata;
    if (metadata) for (const plugin of known) add(routeOf(document, plugin, value, path, fail));
  });
  return found;

  function add(configuration: Configuration | null): void {
    if (configuration) found.push(configuration);
  }
}

/** The `PluginConfig` of a Wasm filter, also of one within a TypedStruct, and its path. */
export function wasmConfig(value: Json): { config: Json; path: Path } | null {
  const isTyped = String(value["@type"]).endsWith("TypedStruct");
  const type = String(isTyped ? (value.type_url ?? value.typeUrl) : value["@type"]);
  if (!type.endsWith(WASM)) return null;
  const config = objectOf(isTyped ? objectOf(value.value)?.config : value.config);
  return config ? { config, path: isTyped ? ["value", "config"] : ["config"] } : null;
}

type Fail = (path: Path, message: string, severity?: Finding["severity"]) => void;

function filterOf(document: YamlDocument, known: string[], config: Json, path: Path, fail: Fail): Configuration | null {
  const plugin = moduleOf(config, known);
  if (!plugin) return null;
  const open = Object.keys(config).find((key) => OPEN[key] === config[key]);
  if (open) fail([...path, open], FAILS_OPEN, "warning");
  const holder = objectOf(config.configuration);
  if (!holder) return configuration(document, plugin, path, undefined);
  const at = [...path, "configuration"];
  const type = String(holder["@type"]);
  if (type.endsWith(".Struct")) return configuration(document, plugin, [...at, "value"], holder.value);
  if (type.endsWith(".StringValue")) return textAt(document, plugin, [...at, "value"], holder.value ?? "", fail);
  fail(at, "must be a google.protobuf.StringValue or a google.protobuf.Struct");
  return null;
}

/** Whose module it is: by its file or image, else by its root id or name. */
function moduleOf(config: Json, known: string[]): string | undefined {
  const code = objectOf(objectOf(config.vm_config ?? config.vmConfig)?.code);
  const local = objectOf(code?.local)?.filename;
  const remote = objectOf(objectOf(code?.remote)?.http_uri)?.uri;
  const url = String(local ?? remote ?? "").replace(/\?.*$/, "");
  const name = pluginOf({ url, pluginName: textOf(config.root_id), name: textOf(config.name) ?? "" }, known);
  return known.includes(name) ? name : undefined;
}

function routeOf(document: YamlDocument, plugin: string, owner: Json, path: Path, fail: Fail): Configuration | null {
  const options = objectOf(objectOf(objectOf(owner.metadata)?.filter_metadata)?.[plugin]);
  if (!options || !("config" in options)) return null;
  const at = [...path, "metadata", "filter_metadata", plugin, "config"];
  if (!("match" in owner)) {
    fail(at, "has no effect: the plugin reads the metadata of routes", "warning");
    return null;
  }
  const found = textAt(document, plugin, at, options.config, fail);
  return found && { ...found, route: textOf(owner.name) ?? "" };
}

/** A configuration that is a JSON text in the file. The paths are those in the JSON. */
function textAt(document: YamlDocument, plugin: string, at: Path, value: unknown, fail: Fail): Configuration | null {
  if (typeof value !== "string") {
    fail(at, "must be a string that holds JSON: write it in quotes");
    return null;
  }
  if (value === "") return { ...configuration(document, plugin, at, undefined), text: "" };
  const json = new EmbeddedJson(document, at);
  return {
    file: document.file,
    plugin,
    text: value,
    at: pathText(at),
    line: document.lineOf(at),
    pathOf: pathText,
    lineOf: (inner) => json.lineOf(inner),
    lineOfByte: (offset) => json.lineOfByte(offset),
  };
}

/** Visits every object below a value, with its path. */
export function walk(value: unknown, path: Path, visit: (value: Json, path: Path) => void): void {
  if (typeof value !== "object" || value === null || path.length > DEEPEST) return;
  if (!Array.isArray(value)) visit(value as Json, path);
  for (const [key, inner] of Object.entries(value)) {
    walk(inner, [...path, Array.isArray(value) ? Number(key) : key], visit);
  }
}

const objectOf = (value: unknown): Json | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
