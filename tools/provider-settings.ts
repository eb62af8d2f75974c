import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./plugins.ts";
import type { Provider } from "./providers.ts";

/** The settings of a provider that is nothing but settings, as its file writes them. */
export interface CompatibleSettings {
  type: string;
  address?: string;
  hostOption?: string;
  urlOption?: string;
  baseOptions?: { option: string; base: string }[];
  apis?: string[];
  paths?: { api: string; path: string }[];
  messagesBase?: string;
  responsesBase?: string;
  drops?: string;
  keepsFor?: string;
  renames?: { from: string; to: string }[];
  limitField?: string;
  requiresToken?: boolean;
}

/** Reads the settings in the file of a provider; undefined if it is more than settings. */
export function compatibleSettings({ file }: Provider): CompatibleSettings | undefined {
  const text = readFileSync(join(root, file), "utf8");
  const literal = /new OpenAiCompatible\((\{[\s\S]*?\n\})\)/.exec(text)?.[1];
  if (literal === undefined || !/\baddress: "|\brequiresHost: true/.test(literal)) return undefined;
  return read(literal);
}

/** The object of a settings literal: names of enums and constructors become strings and objects. */
function read(literal: string): CompatibleSettings {
  const json = literal
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/new (?:BaseOption|RenamedField|ApiPath)\(("[^"]*"|Api\.\w+), ("[^"]*")\)/g, "[$1, $2]")
    .replace(/\b(?:Api|ReasoningPlace|ReasoningSwitch)\.(\w+)/g, '"$1"')
    .replace(/"(\w+)" \+ "(\w+)"/g, '"$1 $2"')
    .replace(/^ {2}(\w+):/gm, '  "$1":')
    .replace(/,(\s*[}\]])/g, "$1");
  const settings = JSON.parse(json) as Record<string, unknown>;
  const pairs = (name: string, first: string, second: string): object[] | undefined =>
    (settings[name] as [string, string][] | undefined)?.map((pair) => ({ [first]: pair[0], [second]: pair[1] }));
  return {
    ...(settings as unknown as CompatibleSettings),
    baseOptions: pairs("baseOptions", "option", "base") as CompatibleSettings["baseOptions"],
    renames: pairs("renames", "from", "to") as CompatibleSettings["renames"],
    paths: pairs("paths", "api", "path") as CompatibleSettings["paths"],
  };
}
