import { findingText, hasErrors, inOrder } from "../config/finding.ts";
import { readConfigurations } from "../config/read-file.ts";
import { secretsIn } from "../config/secrets.ts";
import { findPlugins } from "../plugins.ts";
import { ConfigChecker, parsed } from "./check.ts";
import { checkFetchedModules } from "./fetched-modules.ts";
import { checkTargets } from "./targets.ts";

/** Checks the configurations in files as those of one gateway: routes in one file inherit from filters in another. */
export function checkFiles(files: string[]): { accepted: boolean; lines: string[] } {
  const known = findPlugins().map(({ name }) => name);
  const read = files.map((file) => readConfigurations(file, known));
  const configurations = read.flatMap((one) => one.configurations);
  const checker = new ConfigChecker();
  checker.check(configurations);
  const documents = read.flatMap((one) => one.documents);
  const ofGateway = [...checkTargets(documents, configurations), ...checkFetchedModules(documents)];
  const secrets = secretsIn(...configurations.map(({ text }) => parsed(text)));
  const findings = [...read.flatMap((one) => one.findings), ...checker.findings, ...ofGateway];
  const lines = files.flatMap((file) =>
    inOrder(findings.filter((other) => other.file === file)).map((finding) => findingText(finding, secrets)),
  );
  if (hasErrors(findings)) return { accepted: false, lines };
  const title = files.join(" ");
  if (configurations.length === 0) {
    const none = `${title}: has no configuration of a plugin; there is ${known.join(", ")}`;
    return { accepted: false, lines: [...lines, none] };
  }
  const plugins = [...new Set(configurations.map(({ plugin }) => plugin))].sort().join(", ");
  const count = configurations.length === 1 ? "1 configuration" : `${configurations.length} configurations`;
  return { accepted: true, lines: [...lines, `${title}: accepted, ${count} of ${plugins}`] };
}
