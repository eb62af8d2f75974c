// SPDX-License-Identifier: Apache-2.0
// What the API server says of a resource: the schemas of tests/fixtures/crds, with unknown fields refused as `kubectl` does.
import { Ajv, type ErrorObject } from "ajv";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

type Schema = Record<string, unknown>;

interface Definition {
  group: string;
  kind: string;
  versions: Record<string, Schema>;
}

const folder = join(import.meta.dirname, "../fixtures/crds");
const definitions = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Definition);
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
const validators = new Map<string, ReturnType<typeof ajv.compile>>();

/** Everything that is wrong with a resource, one line each; empty if the API server accepts it. */
export function problemsOf(resource: unknown): string[] {
  const { apiVersion = "", kind = "", metadata } = (resource ?? {}) as Record<string, unknown>;
  const [group, version] = String(apiVersion).split("/");
  const schema = definitions.find((other) => other.group === group && other.kind === kind)?.versions[version];
  if (!schema) return [`there is no schema for ${String(kind)} of ${String(apiVersion)}`];
  const key = `${String(apiVersion)}/${String(kind)}`;
  const validate = validators.get(key) ?? ajv.compile(strict(withHead(schema)) as Schema);
  validators.set(key, validate);
  const isValid = validate(resource);
  const name = (metadata as { name?: unknown } | undefined)?.name;
  const isNamed = typeof name === "string" && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name);
  return [
    ...(isNamed ? [] : ["metadata.name must be a name of a resource"]),
    ...(isValid ? [] : (validate.errors ?? []).filter(({ keyword }) => keyword !== "if").map(lineOf)),
  ];
}

const lineOf = ({ instancePath, message, params }: ErrorObject): string => {
  const extra = (params as { additionalProperty?: string }).additionalProperty;
  return `${instancePath || "/"} ${message}${extra ? `: ${extra}` : ""}`;
};

/** Every resource has these fields beside those of its own schema. */
function withHead(schema: Schema): Schema {
  const properties = { apiVersion: { type: "string" }, kind: { type: "string" }, metadata: { type: "object" } };
  return { ...schema, properties: { ...(schema.properties as Schema), ...properties } };
}

/** The schema as a JSON Schema that refuses fields which the API server would drop. */
function strict(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(strict);
  if (typeof node !== "object" || node === null) return node;
  const { nullable, ...schema } = node as Schema;
  const result = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strict(value)]));
  if (nullable === true && typeof result.type === "string") result.type = [result.type, "null"];
  const isClosed = schema.type === "object" && schema.properties && !schema["x-kubernetes-preserve-unknown-fields"];
  if (isClosed && schema.additionalProperties === undefined) result.additionalProperties = false;
  return result;
}
