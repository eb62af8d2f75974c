import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesIn } from "../files.ts";
import { root } from "../plugins.ts";
import type { Check } from "./check.ts";

const MOST_LINES = 300;
const SOURCES = /(\.(ts|js|sh|py|ya?ml|md)|\/Makefile)$/;
/** Files that grow with the project's history, that the project did not write, or that cannot be divided: Envoy reads one bootstrap. */
const EXEMPT = ["CHANGELOG.md", "LICENSE", "envoy/ai-gateway.yaml", "examples/observability/envoy.yaml"];

/** No source has more than 300 lines. */
export const fileSizes: Check = {
  name: `no file has more than ${MOST_LINES} lines`,
  run: () =>
    filesIn(".")
      .filter((file) => SOURCES.test(`/${file}`) && !EXEMPT.includes(file))
      .map((file) => ({ file, lines: readFileSync(join(root, file), "utf8").split("\n").length - 1 }))
      .filter(({ lines }) => lines > MOST_LINES)
      .map(({ file, lines }) => `${file} has ${lines} lines`),
};
