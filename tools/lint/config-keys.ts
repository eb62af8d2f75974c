import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { filesIn } from "../files.ts";
import { findPlugins, root, type Plugin } from "../plugins.ts";
import type { Check } from "./check.ts";
import { importsOf } from "./imports.ts";

/** Folders of the kernel with readers of options that several plugins have. */
const SHARED_READERS = /^assembly\/(?:(?:limit|redis|ai\/prices)\/|config\/(?:kinds|service)\.ts$)/;

/** The parts of a JSON Schema that contain property names. */
interface Schema {
  properties?: Record<string, Schema>;
  [keyword: string]: unknown;
}

/** The plugin's code reads every property of its schema.json, and the schema has every key that the code reads. */
export const configKeys: Check = {
  name: "schema.json has the keys that the code reads",
  run: () => findPlugins().flatMap(faultsOf),
};

function faultsOf(plugin: Plugin): string[] {
  const schemaFile = `${plugin.folder}/schema.json`;
  if (!existsSync(join(root, schemaFile))) return [`${schemaFile} is missing`];
  const described = new Set<string>();
  collect(JSON.parse(readFileSync(join(root, schemaFile), "utf8")), described);
  // `_rules_` and similar keys belong to the kernel.
  const read = keysRead(plugin);
  for (const keys of [described, read]) for (const key of keys.keys()) if (key.startsWith("_")) keys.delete(key);
  return [
    ...[...described].filter((key) => !read.has(key)).map((key) => `${schemaFile}: nothing reads "${key}"`),
    ...[...read].filter(([key]) => !described.has(key)).map(([key, place]) => `${place} reads "${key}", not in schema`),
  ];
}

function collect(schema: unknown, keys: Set<string>): void {
  if (typeof schema !== "object" || schema === null) return;
  const { properties } = schema as Schema;
  for (const key of Object.keys(properties ?? {})) keys.add(key);
  // Properties may be below any keyword (items, oneOf, $defs). Examples and defaults are values, not schemas.
  for (const [keyword, inner] of Object.entries(schema)) {
    if (!["default", "examples", "enum", "const"].includes(keyword)) collect(inner, keys);
  }
}

/** Every key that the plugin's code reads from a ConfigReader, by a literal or a constant, and its place. */
function keysRead(plugin: Plugin): Map<string, string> {
  const asked = `\\.(?:${readerMethods().join("|")})\\(`;
  // The key is read directly, or by a function of the plugin that gets the reader and the key.
  const call = new RegExp(`(?:${asked}|\\breader,)\\s*("[^"]+"|[A-Z][A-Z0-9_]+)\\s*[,)]`, "g");
  const keys = new Map<string, string>();
  for (const file of filesWithReaders(plugin)) {
    const text = readFileSync(join(root, file), "utf8");
    for (const key of optionsNamed(text)) keys.set(key, file);
    if (!text.includes("ConfigReader")) continue;
    for (const match of text.matchAll(call)) {
      const line = text.slice(0, match.index).split("\n").length;
      const key = match[1].startsWith('"') ? match[1].slice(1, -1) : constant(text, match[1]);
      keys.set(key, `${file}:${line}`);
    }
  }
  return keys;
}

/** The options that a service or the settings of a provider name: they are read by these names. */
function optionsNamed(text: string): string[] {
  const ofServices = [...text.matchAll(/new ServiceKeys\(([^)]*)\)/g)].flatMap((match) => match[1].match(/\w+/g) ?? []);
  if (!text.includes('/openai-compatible"')) return ofServices;
  const named = /\b(?:hostOption|urlOption): "(\w+)"|new BaseOption\("(\w+)"|\baddress: "[^"]*\{(\w+)\}/g;
  return [...ofServices, ...[...text.matchAll(named)].map((match) => match[1] ?? match[2] ?? match[3])];
}

/** The files of the plugin, and those of the kernel that read options for it. */
function filesWithReaders(plugin: Plugin): string[] {
  const files = filesIn(plugin.folder, ".ts");
  // The list grows while it is read.
  for (const file of files) {
    const shared = importsOf(file).map((target) => target.file);
    files.push(...shared.filter((target) => SHARED_READERS.test(target) && !files.includes(target)));
  }
  return files;
}

/** The methods of ConfigReader that read a key: those whose first parameter is a key. `fail` only names it. */
function readerMethods(): string[] {
  const texts = ["reader", "object"].map((file) => readFileSync(join(root, `assembly/config/${file}.ts`), "utf8"));
  const methods = texts.flatMap((text) => [...text.matchAll(/^ {2}(\w+)\(key: string/gm)].map((match) => match[1]));
  return methods.filter((method) => method !== "fail" && method !== "warn");
}

function constant(text: string, name: string): string {
  return new RegExp(`const ${name}(?:: string)? = "([^"]+)"`).exec(text)?.[1] ?? name;
}
