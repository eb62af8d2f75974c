// SPDX-License-Identifier: Apache-2.0
import { badRequest, missing, wrongType } from "./openai-errors.ts";
import { isObject, type JsonObject } from "./wire.ts";

/** The required form of a top-level field: a JSON type and, for numbers, a range. */
export interface Field {
  type: "string" | "integer" | "decimal" | "boolean" | "array" | "object" | "any";
  min?: number;
  max?: number;
}

/** The documented fields of one API. */
export type Fields = Record<string, Field>;

/** The field types by their short names. */
export const string: Field = { type: "string" };
export const boolean: Field = { type: "boolean" };
export const array: Field = { type: "array" };
export const object: Field = { type: "object" };
export const any: Field = { type: "any" };
export const integer = (min?: number, max?: number): Field => ({ type: "integer", min, max });
export const decimal = (min?: number, max?: number): Field => ({ type: "decimal", min, max });

/** Refuses a field that is not documented, of the wrong type, or out of range; null means absent. */
export function checkFields(body: JsonObject, fields: Fields, lenient: readonly string[] | "any"): void {
  for (const [name, value] of Object.entries(body)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field) checkField(name, value, field);
    else if (lenient !== "any" && !lenient.includes(name)) {
      throw badRequest(`Unrecognized request argument supplied: ${name}`);
    }
  }
}

/** A required string field. */
export function requireString(holder: JsonObject, name: string, path = name): string {
  const value = holder[name];
  if (value === undefined) throw missing(path);
  if (typeof value !== "string") throw wrongType(path, "a string", value);
  return value;
}

function checkField(name: string, value: unknown, field: Field): void {
  if (value === null || field.type === "any") return;
  switch (field.type) {
    case "string":
    case "boolean":
      if (typeof value !== field.type) throw wrongType(name, `a ${field.type}`, value);
      return;
    case "array":
      if (!Array.isArray(value)) throw wrongType(name, "an array", value);
      return;
    case "object":
      if (!isObject(value)) throw wrongType(name, "an object", value);
      return;
    case "integer":
      if (!Number.isInteger(value)) throw wrongType(name, "an integer", value);
      return checkRange(name, value as number, field, "integer");
    case "decimal":
      if (typeof value !== "number") throw wrongType(name, "a decimal", value);
      return checkRange(name, value, field, "decimal");
  }
}

function checkRange(name: string, value: number, { min, max }: Field, kind: string): void {
  if (min !== undefined && value < min) {
    const text = `Invalid '${name}': ${kind} below minimum value. Expected a value >= ${min}, but got ${value} instead.`;
    throw badRequest(text, name, `${kind}_below_min_value`);
  }
  if (max !== undefined && value > max) {
    const text = `Invalid '${name}': ${kind} above maximum value. Expected a value <= ${max}, but got ${value} instead.`;
    throw badRequest(text, name, `${kind}_above_max_value`);
  }
}
