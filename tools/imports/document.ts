import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../plugins.ts";
import { higressTable, stockTable } from "./tables.ts";

/** The document with the tables. */
export const HOST_FUNCTIONS = "docs/host-functions.md";

/** The document as it must be for the modules in build/. */
export function hostFunctionsText(): string {
  const text = readFileSync(join(root, HOST_FUNCTIONS), "utf8");
  return replaced(replaced(text, "stock", stockTable()), "higress", higressTable());
}

function replaced(text: string, name: string, table: string): string {
  const [begin, end] = [`<!-- begin: ${name} -->`, `<!-- end: ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${HOST_FUNCTIONS} has no section "${name}"`);
  return `${text.slice(0, from + begin.length)}\n${table}\n${text.slice(to)}`;
}
