import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./plugins.ts";

/** Folders that contain no files of this project. */
const NOT_OURS = new Set(["node_modules", "build", ".git", ".venv", ".tools", ".tmp", "__pycache__"]);

/** Every file of this project below a folder ("." for all) whose name has this ending, sorted, as paths from the repository's root. */
export function filesIn(folder: string, ending = ""): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = folder === "." ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : filesIn(path, ending);
      return entry.name.endsWith(ending) ? [path] : [];
    })
    .sort();
}
