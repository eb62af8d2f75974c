import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Finding } from "../config/finding.ts";
import { parseYaml, type YamlDocument } from "../config/yaml-file.ts";
import { findPlugins } from "../plugins.ts";
import { convert, pluginOf } from "./convert.ts";
import type { Entry } from "./fragment.ts";
import { isWasmPlugin, readWasmPlugin } from "./wasm-plugin.ts";

/** A WasmPlugin of a file, and the document that it is. */
export interface FileEntry extends Entry {
  document: YamlDocument;
}

/** Reads every WasmPlugin of a file, and what is wrong with them. `text` replaces the file's text. */
export function readWasmPlugins(file: string, text = textOf(file)): { entries: FileEntry[]; findings: Finding[] } {
  const { documents, findings } = parseYaml(file, text);
  const entries: FileEntry[] = [];
  if (findings.length > 0) return { entries, findings };
  for (const document of documents.filter(({ value }) => isWasmPlugin(value))) {
    const { plugin, findings: found } = readWasmPlugin(document);
    findings.push(...found);
    if (plugin) entries.push(entryOf(document, plugin));
  }
  return { entries, findings };
}

/** The text of a file, whose path starts at the working directory. */
export const textOf = (file: string): string => readFileSync(resolve(file), "utf8");

function entryOf(document: YamlDocument, plugin: Entry["plugin"]): FileEntry {
  const known = findPlugins().map(({ name }) => name);
  const source = `${document.file}:${document.lineOf([])}`;
  return { document, source, plugin, module: pluginOf(plugin, known), converted: convert(plugin) };
}
