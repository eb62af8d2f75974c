import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { root } from "./plugins.ts";

/** One provider of ai-proxy, by its file in the repository. */
export interface Provider {
  /** Its `type` in the configuration, which is the name of its file. */
  id: string;
  /** The file, or the `index.ts` of its folder. */
  file: string;
}

const FOLDER = "plugins/ai-proxy/providers";

/** The file that lists the providers of the module. */
export const LIST = `${FOLDER}/index.ts`;

/** Lists the providers of the module, in the order of `PROVIDERS` in `providers/index.ts`. */
export function listedProviders(): Provider[] {
  if (!existsSync(join(root, LIST))) return [];
  const text = readFileSync(join(root, LIST), "utf8");
  const names = /\bPROVIDERS\b[^=]*=\s*\[([^\]]*)\]/.exec(text)?.[1] ?? "";
  const imported = new Map(
    [...text.matchAll(/import \{ (\w+) \} from "\.\/([^"]+)"/g)].map(([, name, path]) => [name, path]),
  );
  return names
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean)
    .map((name) => {
      const path = imported.get(name) ?? name;
      const file = [`${path}.ts`, `${path}/index.ts`].find((candidate) => existsSync(join(root, FOLDER, candidate)));
      return { id: path.split("/")[0], file: posix.join(FOLDER, file ?? `${path}.ts`) };
    });
}

/** Lists the providers of the module, sorted by their ids. */
export function providers(): Provider[] {
  return listedProviders().sort((a, b) => a.id.localeCompare(b.id));
}

/** Lists the ids that have a file or a folder in `providers/`, whether or not the module has them. */
export function providerFiles(): string[] {
  const folder = join(root, FOLDER);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== "index.ts")
    .filter((entry) => entry.name.endsWith(".ts") || existsSync(join(folder, entry.name, "index.ts")))
    .map((entry) => entry.name.replace(/\.ts$/, ""));
}
