import { spawnSync } from "node:child_process";
import { root } from "./plugins.ts";

// Twice: what the AssemblyScript plugin writes settles in the second pass.
for (let pass = 1; pass <= 2; pass++) {
  const args = ["node_modules/prettier/bin/prettier.cjs", "--write", "--log-level", "warn", "."];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
