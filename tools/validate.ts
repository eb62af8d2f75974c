import { findEnvoy } from "../tests/harness/find-envoy.ts";
import { bootstraps, validate } from "./envoy-files.ts";
import { envoyOf, oldestVersion } from "./other-envoy.ts";

/** A version between the oldest and the one that `make setup` installs. The package of 1.38.3 has no V8. */
const BETWEEN = "1.38.2";

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
  if (process.argv.includes("--all")) {
    for (const version of [oldestVersion(), BETWEEN]) {
      process.env.ENVOY_PATH = envoyOf(version);
      validateAll();
    }
    delete process.env.ENVOY_PATH;
  }
  validateAll();
} catch (error) {
  console.error(`validate: ${(error as Error).message}`);
  process.exitCode = 1;
}
