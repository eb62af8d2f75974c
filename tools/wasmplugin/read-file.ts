import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Finding } from "../config/finding.ts";
import { parseYaml, type YamlDocument } from "../config/yaml-file.ts";
import { findPlugins } from "../plugins.ts";
import { convert, ofNoPlugin, pluginOf } from "./convert.ts";
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
  const known = findPlugins().map(({ name }) => name);
  if (findings.length > 0) return { entries, findings };
  for (const document of documents.filter(({ value }) => isWasmPlugin(value))) {
    const { plugin, findings: found } = readWasmPlugin(document);
    findings.push(...found);
    if (!plugin) continue;
    const entry = entryOf(document, plugin, known);
    if (known.includes(entry.module)) entries.push(entry);
    else {
      const line = document.lineOf(["spec", "url"]);
      findings.push({ file, line, severity: "error", message: ofNoPlugin(known) });
    }
  }
  return { entries, findings };
}

/** The text of a file, whose path starts at the working directory. */
export const textOf = (file: string): string => readFileSync(resolve(file), "utf8");

function entryOf(document: YamlDocument, plugin: Entry["plugin"], known: string[]): FileEntry {
  const source = `${document.file}:${document.lineOf([])}`;
  return { document, source, plugin, module: pluginOf(plugin, known), converted: convert(plugin) };
}
