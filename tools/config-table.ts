import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./plugins.ts";

/** The parts of a JSON Schema that a table of options shows. */
interface Schema {
  type?: string | string[];
  description?: string;
  default?: unknown;
  enum?: unknown[];
  $ref?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  $defs?: Record<string, Schema>;
}

/** Writes a plugin's options as a Markdown table: one row per property of its schema.json, nested ones by their path. */
export function configTable(plugin: string): string {
  const schema = JSON.parse(readFileSync(join(root, `plugins/${plugin}/schema.json`), "utf8")) as Schema;
  const rows = rowsOf(schema, "", schema, new Set());
  return ["| option | type | default | meaning |", "|---|---|---|---|", ...rows].join("\n");
}

function rowsOf(schema: Schema, prefix: string, top: Schema, shown: Set<string>): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, written]) => {
    const property = resolve(written, top);
    const [inner, step] = innerOf(property, top);
    const path = `${prefix}${key}`;
    const row = `| \`${path}\` | ${typeOf(property, top)} | ${defaultOf(property, schema, key)} | ${meaning(property)} |`;
    // A definition that several properties use is shown only below the first.
    const shared = written.$ref ?? written.items?.$ref;
    if (shared && shown.has(shared)) return [row];
    if (shared) shown.add(shared);
    return [row, ...rowsOf(inner, `${path}${step}.`, top, shown)];
  });
}

/** The schema of what a list or a map contains, else the property's own, and the step to it in a path. */
function innerOf(property: Schema, top: Schema): [Schema, string] {
  if (property.items) return [resolve(property.items, top), "[]"];
  if (typeof property.additionalProperties === "object") return [resolve(property.additionalProperties, top), ".*"];
  return [property, ""];
}

function resolve(schema: Schema, top: Schema): Schema {
  const name = schema.$ref?.replace("#/$defs/", "");
  const target = name === "#" || schema.$ref === "#" ? top : name && top.$defs?.[name];
  return target ? { ...target, ...schema } : schema;
}

function typeOf(property: Schema, top: Schema): string {
  if (property.enum) return property.enum.map((value) => `\`${value}\``).join(", ");
  if (property.items) return `list of ${typeOf(resolve(property.items, top), top)}`;
  return [property.type ?? "any"].flat().join(" or ");
}

function defaultOf(property: Schema, parent: Schema, key: string): string {
  if (parent.required?.includes(key)) return "required";
  return property.default === undefined ? "" : `\`${JSON.stringify(property.default)}\``;
}

function meaning(property: Schema): string {
  return (property.description ?? "").replaceAll("|", "\\|").replaceAll("\n", " ");
}
