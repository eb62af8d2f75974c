import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../plugins.ts";
import { LIST, listedProviders, providerFiles } from "../providers.ts";
import type { Check } from "./check.ts";

const TABLES = "plugins/ai-proxy/PROVIDERS.md";

/** Every provider has a file, is in `PROVIDERS`, and is in the tables of PROVIDERS.md. */
export const providerLists: Check = {
  name: "every provider is in the list and in the tables",
  run: () => {
    const listed = listedProviders();
    const ids = listed.map(({ id }) => id);
    const tables = existsSync(join(root, TABLES)) ? readFileSync(join(root, TABLES), "utf8") : "";
    return [
      ...(listed.length ? [] : [`${LIST} has no list PROVIDERS`]),
      ...listed.filter(({ file }) => !existsSync(join(root, file))).map(({ file }) => `${LIST}: nothing is at ${file}`),
      ...providerFiles()
        .filter((id) => !ids.includes(id))
        .map((id) => `${LIST}: PROVIDERS lacks ${id}, which has a file beside it`),
      ...ids.filter((id) => !tables.includes(`\`${id}\``)).map((id) => `${TABLES} says nothing of \`${id}\``),
    ];
  },
};
