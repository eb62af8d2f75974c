import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { root } from "./plugins.ts";

/** Plugins that hold a request's headers until its body has arrived. They need `allow_on_headers_stop_iteration`. */
export const HOLDS = [
  "ai-cache",
  "ai-data-masking",
  "ai-history",
  "ai-prompt-decorator",
  "ai-prompt-guard",
  "ai-prompt-template",
  "ai-proxy",
  "ai-search",
  "ai-security-guard",
  "ai-token-ratelimit",
  "fallback",
  "key-auth",
  "model-mapper",
  "model-router",
  "request-block",
];
/** The plugin whose place is the router's own chain. */
const UPSTREAM = "ai-proxy";

/** Returns the README section about a plugin's filter entry: the whole entry, with the README's first configuration. */
export function filterEntry(plugin: string): string {
  const flag = HOLDS.includes(plugin)
    ? "`allow_on_headers_stop_iteration: true` is **required** (Envoy's default is `false`). Without it, Envoy never passes the body of a request to a plugin that holds the headers, and such a request gets 500."
    : "`allow_on_headers_stop_iteration: true` is required by other plugins and does no harm here.";
  return [
    `The whole filter entry, ${placeOf(plugin)}:`,
    "",
    "```yaml envoy",
    ...filterLines(plugin, firstConfiguration(plugin)),
    "```",
    "",
    `${flag} \`filename\` is an absolute path, or a path relative to Envoy's working directory. \`root_id\` is the plugin's name, \`vm_id\` is the same text for all plugins whose modules are files, and with \`FAIL_RELOAD\` Envoy creates a new VM if one fails. [In your own Envoy](../../docs/in-your-envoy.md) explains each field, the order of the plugins, and how Envoy fetches the module from a server. [secrets.md](../../docs/secrets.md) explains how to keep API keys out of this file.`,
  ].join("\n");
}

/** Where a plugin's filter entry belongs. */
export const placeOf = (plugin: string): string =>
  plugin === UPSTREAM
    ? "in `upstream_http_filters` of the router, before `envoy.filters.http.upstream_codec`"
    : "in `http_filters`, before `envoy.filters.http.router`";

/** What a filter entry may have beside a configuration. */
export interface EntryOptions {
  failurePolicy?: string;
  /** Envoy's `environment_variables`. */
  environment?: object;
}

/** The lines of a plugin's filter entry. Without a configuration the plugin gets none. */
export function filterLines(plugin: string, config: unknown, options: EntryOptions = {}): string[] {
  const { failurePolicy = "FAIL_RELOAD", environment } = options;
  return [
    `- name: ${plugin}`,
    "  typed_config:",
    '    "@type": type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm',
    "    config:",
    `      name: ${plugin}`,
    `      root_id: ${plugin}`,
    "      vm_config:",
    "        vm_id: ai-gateway",
    "        runtime: envoy.wasm.runtime.v8",
    `        code: { local: { filename: /opt/ai-gateway/${plugin}.wasm } }`,
    ...(environment ? [`        environment_variables: ${JSON.stringify(environment)}`] : []),
    `      failure_policy: ${failurePolicy}`,
    "      allow_on_headers_stop_iteration: true",
    ...(config === undefined
      ? []
      : [
          "      configuration:",
          '        "@type": type.googleapis.com/google.protobuf.StringValue',
          `        value: '${printable(JSON.stringify(config)).replaceAll("'", "''")}'`,
        ]),
  ];
}

/** JSON without the characters that a YAML scalar in quotes may not contain, or that end its line. */
const printable = (json: string): string =>
  json.replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** The first configuration in the README of a plugin, `{}` if it has none. */
export function firstConfiguration(plugin: string): unknown {
  const file = join(root, `plugins/${plugin}/README.md`);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return parse(/^```yaml\n([\s\S]*?)^```/m.exec(text)?.[1] ?? "{}");
}
