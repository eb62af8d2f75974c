import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findEnvoy } from "../tests/harness/find-envoy.ts";
import { filesIn } from "./files.ts";
import { root } from "./plugins.ts";

/** Every yaml in envoy/ and examples/ that is a complete bootstrap. */
export function bootstraps(): string[] {
  return [...filesIn("envoy", ".yaml"), ...filesIn("examples", ".yaml")].filter((file) =>
    /^static_resources:/m.test(readFileSync(join(root, file), "utf8")),
  );
}

/** Validates one file with Envoy, including plugins and their configurations. Returns null if Envoy accepts it. */
export function validate(file: string): string | null {
  const envoy = findEnvoy();
  const args = ["--mode", "validate", "-c", file, "-l", "warning", "--log-format", "%v", "--use-dynamic-base-id"];
  const { status, stdout, stderr } = spawnSync(envoy.path, args, { cwd: root, encoding: "utf8", timeout: 60_000 });
  return status === 0 ? null : `${stdout}${stderr}`.trim() || `Envoy ended with ${status}`;
}
