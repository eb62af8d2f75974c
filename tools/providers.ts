import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./plugins.ts";

/** One provider of ai-proxy, as its file stands in the tree. */
export interface Provider {
  id: string;
  /** The file, or the `index.ts` of its folder. */
  file: string;
}

const FOLDER = "plugins/ai-proxy/providers";

/** Lists the providers of ai-proxy, sorted: each is one file or one folder, and `index.ts` is their list. */
export function providers(): Provider[] {
  const folder = join(root, FOLDER);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== "index.ts")
    .filter((entry) => entry.name.endsWith(".ts") || existsSync(join(folder, entry.name, "index.ts")))
    .map((entry) => ({
      id: entry.name.replace(/\.ts$/, ""),
      file: `${FOLDER}/${entry.name}${entry.isDirectory() ? "/index.ts" : ""}`,
    }))
    .sort((a, b) => a.id.localeCompare(b.id));
}
