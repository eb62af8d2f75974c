import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { deploymentOf } from "../kubernetes/manifests.ts";
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
  const { config, phase, priority } = deploymentOf(name);
  const configSchema = {
    openAPIV3Schema: {
      type: "object",
      properties: options.properties ?? {},
      ...(options.required ? { required: options.required } : {}),
      example: config,
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
      spec: { phase, priority, configSchema },
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
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
