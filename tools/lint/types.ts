import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { root } from "../plugins.ts";
import type { Check } from "./check.ts";

/** tools/ and tests/ are strict TypeScript; the AssemblyScript sources are checked by their own compiler. */
export const types: Check = {
  name: "tools/ and tests/ type-check",
  run: async () => {
    const args = ["node_modules/typescript/bin/tsc", "--noEmit", "--pretty", "false", "-p", "tsconfig.json"];
    try {
      await promisify(execFile)(process.execPath, args, { cwd: root });
      return [];
    } catch (error) {
      return (error as { stdout: string }).stdout.trim().split("\n");
    }
  },
};
