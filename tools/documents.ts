import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configTable } from "./config-table.ts";
import { numbersTable } from "./numbers-table.ts";
import { findPlugins, root } from "./plugins.ts";
import { providers } from "./providers.ts";

/** A part of a document between `<!-- begin: name -->` and `<!-- end: name -->` that is written by a program. */
interface Section {
  file: string;
  name: string;
  text: () => string;
}

const sections = (): Section[] => [
  { file: "README.md", name: "plugins", text: pluginsTable },
  { file: "README.md", name: "providers", text: providersTable },
  { file: "README.md", name: "numbers", text: numbersTable },
  ...findPlugins().map(({ folder, name }) => ({
    file: `${folder}/README.md`,
    name: "configuration",
    text: () => configTable(name),
  })),
];

/** Lists the documents whose generated parts are not what they should be. */
export function stale(): string[] {
  return [...rewritten()].filter(([file, text]) => read(file) !== text).map(([file]) => file);
}

/** Writes every generated part and lists the documents that changed. */
export function writeDocuments(): string[] {
  const changed = stale();
  const texts = rewritten();
  for (const file of changed) writeFileSync(join(root, file), texts.get(file) as string);
  return changed;
}

function rewritten(): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { file, name, text } of sections()) {
    if (!existsSync(join(root, file))) continue;
    const [begin, end] = [`<!-- begin: ${name} -->`, `<!-- end: ${name} -->`];
    const before = texts.get(file) ?? read(file);
    const [from, to] = [before.indexOf(begin), before.indexOf(end)];
    if (from < 0 || to < from) continue;
    texts.set(file, `${before.slice(0, from + begin.length)}\n${text().trim()}\n${before.slice(to)}`);
  }
  return texts;
}

const read = (file: string): string => readFileSync(join(root, file), "utf8");

function pluginsTable(): string {
  const rows = findPlugins().map(({ name, folder }) => {
    const { description } = JSON.parse(read(`${folder}/schema.json`)) as { description: string };
    return `| [${name}](${folder}/README.md) | ${description} |`;
  });
  return ["| plugin | what it does |", "|---|---|", ...rows].join("\n");
}

function providersTable(): string {
  const rows = providers().map(({ id, file }) => `| [\`${id}\`](${file}) | ${providerDoc(read(file))} |`);
  return ["| `type` | what it is |", "|---|---|", ...rows].join("\n");
}

/** The doc comment of a provider's class, or of its one constant, as one line; an address in it becomes a link. */
function providerDoc(text: string): string {
  const documented =
    /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:export )?(?:class|const) \w+ (?:extends|= new) (?:Provider|OpenAiCompatible)\b/;
  const comment = documented.exec(text)?.[1] ?? "";
  const lines = comment.split("\n").map((line) => line.replace(/^\s*\*? ?/, "").trim());
  return lines
    .filter(Boolean)
    .join(" ")
    .replace(/ (https:\S+)$/, " ([API]($1))");
}
