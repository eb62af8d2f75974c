import { filesIn } from "../files.ts";
import type { Check } from "./check.ts";
import { importsOf } from "./imports.ts";

const FOLDERS = ["assembly", "plugins", "tools"];

/** No file imports itself through other files. */
export const importCircles: Check = {
  name: "no import leads back to its file",
  run: () => {
    const files = FOLDERS.flatMap((folder) => filesIn(folder, ".ts"));
    const imports = new Map(files.map((file) => [file, importsOf(file).map((target) => target.file)]));
    return circles(imports).map((circle) => `${circle[0]}: imports form a circle: ${circle.join(" → ")}`);
  },
};

/** Finds one circle for each file that closes one; the first file is repeated at the end. */
export function circles(imports: Map<string, string[]>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const start = path.indexOf(file);
    if (start >= 0) found.push([...path.slice(start), file]);
    if (start >= 0 || done.has(file)) return;
    path.push(file);
    for (const target of imports.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of imports.keys()) visit(file);
  return found;
}
