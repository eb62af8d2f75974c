import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { root } from "../plugins.ts";
import { prettier, prettierCache } from "../prettier.ts";
import type { Check } from "./check.ts";

/** Every file that prettier supports is formatted; `make format` formats them. */
export const format: Check = {
  name: "the sources are formatted",
  run: async () => {
    const args = [prettier, ...prettierCache, "--list-different", "."];
    try {
      await promisify(execFile)(process.execPath, args, { cwd: root });
      return [];
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      return `${stdout}${stderr}`.trim().split("\n");
    }
  },
};
