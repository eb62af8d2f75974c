import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesIn } from "../files.ts";
import { root } from "../plugins.ts";
import type { Check } from "./check.ts";

/** `throw` ends the VM for every stream of the worker, so errors in plugins are values. */
export const noThrow: Check = {
  name: "nothing in a plugin throws",
  run: () =>
    [...filesIn("assembly", ".ts"), ...filesIn("plugins", ".ts")].flatMap((file) =>
      readFileSync(join(root, file), "utf8")
        .split("\n")
        .flatMap((line, index) => (/^\s*throw\b/.test(line) ? [`${file}:${index + 1} throws`] : [])),
    ),
};
