import { findingText, hasErrors, inOrder } from "../config/finding.ts";
import { secretsIn } from "../config/secrets.ts";
import { fragment } from "./fragment.ts";
import { readWasmPlugins } from "./read-file.ts";

/** Prints the filter entries of a file's WasmPlugins; errors and warnings go to standard error. */
function fromWasmPlugin(file: string): number {
  const { entries, findings } = readWasmPlugins(file);
  const secrets = secretsIn(...entries.map(({ document }) => document.value));
  for (const finding of inOrder(findings)) console.error(findingText(finding, secrets));
  if (hasErrors(findings)) return 1;
  if (entries.length === 0) {
    console.error(`${file}: has no WasmPlugin of extensions.higress.io/v1alpha1`);
    return 1;
  }
  for (const { source, plugin, converted } of entries) {
    if (!converted.isDelivered) console.error(`${source}: ${plugin.name} is not delivered: all of it is disabled`);
  }
  process.stdout.write(fragment(entries));
  return 0;
}

const file = process.argv[2];
try {
  if (!file) throw new Error("name a file: make from-wasmplugin FILE=wasmplugin.yaml");
  process.exitCode = fromWasmPlugin(file);
} catch (error) {
  console.error(`from-wasmplugin: ${(error as Error).message}`);
  process.exitCode = 1;
}
