import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../plugins.ts";
import { compatibleSettings } from "../provider-settings.ts";
import { LIST, listedProviders, type Provider, providerFiles } from "../providers.ts";
import type { Check } from "./check.ts";

const TABLES = "plugins/ai-proxy/PROVIDERS.md";
const SCHEMA = "plugins/ai-proxy/schema.json";
const FACTS = "tests/providers/compatible/facts";

/** Every provider has a file, is in `PROVIDERS`, in the tables and in the schema; one that is only data has its facts and its page. */
export const providerLists: Check = {
  name: "every provider is in the list, in the tables, in the schema and in the facts",
  run: () => {
    const listed = listedProviders();
    const ids = listed.map(({ id }) => id);
    const [tables, schema] = [TABLES, SCHEMA].map(textOf);
    return [
      ...(listed.length ? [] : [`${LIST} has no list PROVIDERS`]),
      ...listed.filter(({ file }) => !existsSync(join(root, file))).map(({ file }) => `${LIST}: nothing is at ${file}`),
      ...providerFiles()
        .filter((id) => !ids.includes(id))
        .map((id) => `${LIST}: PROVIDERS lacks ${id}, which has a file beside it`),
      ...ids.filter((id) => !tables.includes(`\`${id}\``)).map((id) => `${TABLES} says nothing of \`${id}\``),
      ...ids.filter((id) => !schema.includes(`"${id}"`)).map((id) => `${SCHEMA} lacks the type ${id}: run make docs`),
      ...listed
        .filter(isData)
        .flatMap(({ id, file }) => [
          ...(/ https:\S+ \*\/\nexport const/.test(textOf(file)) ? [] : [`${file} cites no page in its comment`]),
          ...(existsSync(join(root, FACTS, `${id}.yaml`))
            ? []
            : [`${FACTS}/${id}.yaml is missing: no test covers ${id}`]),
        ]),
    ];
  },
};

/** Whether a provider is nothing but settings. */
const isData = (provider: Provider): boolean => existsSync(join(root, provider.file)) && !!compatibleSettings(provider);

const textOf = (file: string): string => (existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : "");
