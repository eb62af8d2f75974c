// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from "node:util";

type Fields = Record<string, unknown>;

const TYPES: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === "string",
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  array: Array.isArray,
  object: (value) => isFields(value),
  null: (value) => value === null,
};

/**
 * Compares a JSON value with what is expected of it and names every difference by its path. An object with one of these
 * keys alone stands for many values: `$any` (a type), `$match` (a regular expression for a text), `$includes` (an object
 * that has at least these fields), `$json` (a text that is this JSON).
 */
export function differences(actual: unknown, expected: unknown, path = "$"): string[] {
  const matcher = matcherOf(expected);
  if (matcher) return byMatcher(actual, matcher[0], matcher[1], path);
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${path} is ${show(actual)}, not an array`];
    const length =
      actual.length === expected.length ? [] : [`${path} has ${actual.length} items, not ${expected.length}`];
    const shared = Math.min(actual.length, expected.length);
    return [
      ...length,
      ...expected.slice(0, shared).flatMap((item, i) => differences(actual[i], item, `${path}[${i}]`)),
    ];
  }
  if (isFields(expected)) {
    if (!isFields(actual)) return [`${path} is ${show(actual)}, not an object`];
    const surplus = Object.keys(actual).filter((key) => !Object.hasOwn(expected, key));
    return [
      ...fields(actual, expected, path),
      ...surplus.map((key) => `${path}.${key} should not be there: ${show(actual[key])}`),
    ];
  }
  return isDeepStrictEqual(actual, expected) ? [] : [`${path} is ${show(actual)}, not ${show(expected)}`];
}

function fields(actual: Fields, expected: Fields, path: string): string[] {
  return Object.entries(expected).flatMap(([key, value]) =>
    Object.hasOwn(actual, key) ? differences(actual[key], value, `${path}.${key}`) : [`${path}.${key} is missing`],
  );
}

function matcherOf(expected: unknown): [string, unknown] | null {
  if (!isFields(expected)) return null;
  const entries = Object.entries(expected);
  return entries.length === 1 && entries[0][0].startsWith("$") ? entries[0] : null;
}

function byMatcher(actual: unknown, matcher: string, argument: unknown, path: string): string[] {
  switch (matcher) {
    case "$any": {
      const is = TYPES[String(argument)];
      if (!is) throw new Error(`$any: no type "${String(argument)}"; there is ${Object.keys(TYPES).join(", ")}`);
      return is(actual) ? [] : [`${path} is ${show(actual)}, not ${String(argument)}`];
    }
    case "$match": {
      const matches = typeof actual === "string" && new RegExp(String(argument)).test(actual);
      return matches ? [] : [`${path} is ${show(actual)}, which does not match ${String(argument)}`];
    }
    case "$includes":
      if (!isFields(actual)) return [`${path} is ${show(actual)}, not an object`];
      return fields(actual, argument as Fields, path);
    case "$json": {
      const parsed = typeof actual === "string" ? parseJson(actual) : undefined;
      return parsed === undefined
        ? [`${path} is ${show(actual)}, not a JSON text`]
        : differences(parsed, argument, path);
    }
    default:
      throw new Error(`no matcher "${matcher}"; there is $any, $match, $includes, $json`);
  }
}

/** Parses JSON; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Shows a value on one line, cut where it is long. */
export function show(value: unknown): string {
  const text = value === undefined ? "absent" : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
