import { findEnvoy } from "../tests/harness/find-envoy.ts";
import { bootstraps, validate } from "./envoy-files.ts";

function validateAll(): void {
  const { path, version } = findEnvoy();
  console.log(`Envoy ${version} (${path})`);
  for (const file of bootstraps()) {
    const refusal = validate(file);
    console.log(`${refusal ? "refused " : "accepted"}  ${file}${refusal ? `\n${refusal}` : ""}`);
    if (refusal) process.exitCode = 1;
  }
}

try {
  validateAll();
} catch (error) {
  console.error(`validate: ${(error as Error).message}`);
  process.exitCode = 1;
}
