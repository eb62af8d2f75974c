import { spawnSync } from "node:child_process";
import { prettier, prettierCache } from "./prettier.ts";
import { root } from "./plugins.ts";

/** Formats the files and returns those that changed. */
function write(files: string[], options: string[]): string[] {
  const args = [prettier, ...options, "--write", "--list-different", ...files];
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) process.exit(status ?? 1);
  return stdout.split("\n").filter(Boolean);
}

const changed = write(["."], prettierCache);
// The output of the AssemblyScript plugin is stable after a second pass.
if (changed.length > 0) write(changed, []);
console.log(changed.join("\n"));
