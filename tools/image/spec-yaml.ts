import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { firstConfiguration } from "../filter-entry.ts";
import { root, type Plugin } from "../plugins.ts";

type Schema = Record<string, unknown>;

/** The categories of Higress's console: https://higress.cn/en/docs/latest/user/wasm-image-spec/. Other plugins are `custom`. */
const CATEGORIES: [pattern: RegExp, category: string][] = [
  [/^(key|basic|jwt|hmac)-auth$/, "auth"],
  [/^(ai|model)-|^fallback$|^chatgpt-/, "ai"],
  [/rate-?limit$/, "flow-control"],
  [/^request-block$/, "security"],
];

/**
 * Returns the `spec.yaml` of a plugin's image, which Higress's console shows as a form: title, place in the filter chain, and the
 * schema of the configuration. Its format is that of the plugins which the console contains:
 * https://github.com/higress-group/higress-console/tree/main/backend/sdk/src/main/resources/plugins
 */
export function specYaml({ name, folder }: Plugin): string {
  const schema = JSON.parse(readFileSync(join(root, folder, "schema.json"), "utf8")) as Schema;
  const options = withoutReferences(schema, (schema.$defs ?? {}) as Record<string, Schema>) as Schema;
  const configSchema = {
    openAPIV3Schema: {
      type: "object",
      properties: options.properties ?? {},
      ...(options.required ? { required: options.required } : {}),
      example: firstConfiguration(name),
    },
  };
  return stringify(
    {
      apiVersion: "1.0.0",
      info: {
        gatewayMinVersion: "",
        type: "oss",
        category: CATEGORIES.find(([pattern]) => pattern.test(name))?.[1] ?? "custom",
        name,
        image: name,
        title: name,
        description: schema.description,
        version: schema["x-version"],
      },
      spec: { ...placeOf(name), configSchema },
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

/** Phase and priority, as in the plugin's WasmPlugin for Higress. */
function placeOf(name: string): { phase: string; priority: number } {
  const file = join(root, `examples/kubernetes/higress/${name}.yaml`);
  const spec = existsSync(file) ? (parse(readFileSync(file, "utf8")) as { spec?: Schema }).spec : undefined;
  return { phase: String(spec?.phase ?? "UNSPECIFIED_PHASE"), priority: Number(spec?.priority ?? 0) };
}

/** The schema with each `$ref` replaced by what it refers to; forms do not read references. A definition inside itself is `{}`. */
function withoutReferences(node: unknown, definitions: Record<string, Schema>, open: string[] = []): unknown {
  if (Array.isArray(node)) return node.map((item) => withoutReferences(item, definitions, open));
  if (typeof node !== "object" || node === null) return node;
  const { $ref, ...rest } = node as Schema;
  const here = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, withoutReferences(value, definitions, open)]),
  );
  if (typeof $ref !== "string") return here;
  const name = $ref.replace("#/$defs/", "");
  if (open.includes(name)) return here;
  return { ...(withoutReferences(definitions[name], definitions, [...open, name]) as Schema), ...here };
}
