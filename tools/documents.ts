import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { compatibleTable } from "./compatible-table.ts";
import { configTable } from "./config-table.ts";
import { DASHBOARD, dashboardText } from "./dashboard/dashboard.ts";
import { EDITOR_SCHEMA, editorSchema } from "./editor-schema.ts";
import { filterEntry } from "./filter-entry.ts";
import { kubernetesManifests } from "./kubernetes/documents.ts";
import { gatewaysTable } from "./kubernetes/gateways-table.ts";
import { matrixTable, nativeMatrixTable } from "./matrix-table.ts";
import { SHIPPED_MODELS, shippedModels } from "./model-table.ts";
import { nativeTable, shortNativeTable } from "./native-table.ts";
import { numbersTable, shortNumbersTable } from "./numbers-table.ts";
import { findPlugins, root } from "./plugins.ts";
import { listedProviders, providers } from "./providers.ts";

/** A generated section of a document, between `<!-- begin: name -->` and `<!-- end: name -->`. */
interface Section {
  file: string;
  name: string;
  text: () => string;
}

const sections = (): Section[] => [
  { file: "README.md", name: "plugins", text: pluginsTable },
  { file: "README.md", name: "providers", text: providersList },
  { file: "README.md", name: "numbers", text: shortNumbersTable },
  { file: "docs/cost.md", name: "numbers", text: numbersTable },
  { file: "README.md", name: "native", text: shortNativeTable },
  { file: "docs/comparison.md", name: "native", text: nativeTable },
  { file: "docs/matrix.md", name: "matrix", text: matrixTable },
  { file: "docs/matrix.md", name: "native-matrix", text: nativeMatrixTable },
  { file: "plugins/ai-proxy/PROVIDERS.md", name: "providers", text: providersTable },
  { file: "docs/shipping.md", name: "gateways", text: gatewaysTable },
  { file: "plugins/ai-proxy/PROVIDERS.md", name: "compatible", text: compatibleTable },
  ...findPlugins().flatMap(({ folder, name }) => [
    { file: `${folder}/README.md`, name: "filter", text: () => filterEntry(name) },
    { file: `${folder}/README.md`, name: "configuration", text: () => configTable(name) },
  ]),
];

const SCHEMA = "plugins/ai-proxy/schema.json";
/** The maximum line length of the format. */
const WIDTH = 120;

/** Lists the documents whose generated sections are out of date. */
export function stale(): string[] {
  return [...withTypes(), ...rewritten(), ...kubernetesManifests(), ...forEditors(), ...forGrafana(), ...forModule()]
    .filter(([file, text]) => current(file) !== text)
    .map(([file]) => file);
}

/** Writes every generated section and lists the documents that changed. */
export function writeDocuments(): string[] {
  const changed = [];
  // The schemas come first, since the tables of options are made from them.
  for (const texts of [withTypes, rewritten, kubernetesManifests, forEditors, forGrafana, forModule]) {
    for (const [file, text] of texts()) {
      if (current(file) === text) continue;
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
      changed.push(file);
    }
  }
  return changed;
}

/** The schema of ai-proxy with the provider types of the module. */
function withTypes(): Map<string, string> {
  if (!existsSync(join(root, SCHEMA))) return new Map();
  const types = listedProviders().map(({ id }) => JSON.stringify(id));
  const text = read(SCHEMA).replace(
    /^( *)("type": \{\s+"description": "[^"]*",\s+"type": "string",\s+)"enum": \[[^\]]*\]/m,
    (_whole, indent: string, before: string) => {
      const line = `"enum": [${types.join(", ")}]`;
      const fits = indent.length + 2 + line.length + 1 <= WIDTH;
      const lines = [`"enum": [`, ...types.map((type, i) => `  ${type}${i + 1 < types.length ? "," : ""}`), "]"];
      return indent + before + (fits ? line : lines.join(`\n${indent}  `));
    },
  );
  return new Map([[SCHEMA, text]]);
}

/** The schema of all plugins for editors. */
const forEditors = (): Map<string, string> => new Map([[EDITOR_SCHEMA, editorSchema()]]);

/** The dashboard of examples/observability. */
const forGrafana = (): Map<string, string> => new Map([[DASHBOARD, dashboardText()]]);

/** The table of models in the module of ai-proxy. */
const forModule = (): Map<string, string> => new Map([[SHIPPED_MODELS, shippedModels()]]);

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
const current = (file: string): string | null => (existsSync(join(root, file)) ? read(file) : null);

function pluginsTable(): string {
  const rows = findPlugins().map(({ name, folder }) => {
    const { description } = JSON.parse(read(`${folder}/schema.json`)) as { description: string };
    return `| [${name}](${folder}/README.md) | ${description} |`;
  });
  return ["| plugin | what it does |", "|---|---|", ...rows].join("\n");
}

/** The types of providers, one behind the other: a row for each would fill the page. */
function providersList(): string {
  return providers()
    .map(({ id, file }) => `[\`${id}\`](${file})`)
    .join(" · ");
}

function providersTable(): string {
  const rows = providers().map(({ id, file }) => {
    const link = posix.relative("plugins/ai-proxy", file);
    return `| [\`${id}\`](${link}) | ${providerDoc(read(file))} |`;
  });
  return ["| `type` | what it is |", "|---|---|", ...rows].join("\n");
}

/** The doc comment of a provider's class, or of its constant, as one line. A URL in it becomes a link. */
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
