import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Exception, EXCEPTIONS, expectedOf } from "../tests/clients/matrix/cells.ts";
import { NATIVE_EXCEPTIONS } from "../tests/clients/matrix/native-cells.ts";
import { FEATURES, type FeatureName, NATIVE_ROWS, PROVIDERS, type Row, ROWS } from "../tests/clients/matrix/rows.ts";
import { root } from "./plugins.ts";

/** The first table of docs/matrix.md: each cell is a test of tests/clients/matrix.test.ts. */
export const matrixTable = (): string => table(ROWS, EXCEPTIONS, "m");

/** The second one: the same cases by Envoy's own transcoder. */
export function nativeMatrixTable(): string {
  const version = readFileSync(join(root, "envoy/VERSION"), "utf8").trim();
  return `Envoy ${version}:\n\n${table(NATIVE_ROWS, NATIVE_EXCEPTIONS, "n")}`;
}

/** A table whose cells that do not work name a note below it. */
function table(rows: Row[], exceptions: Exception[], prefix: string): string {
  const notes: string[] = [];
  const cell = (row: Row, feature: FeatureName): string => {
    const exception = expectedOf(exceptions, row, feature);
    if (!exception) return "yes";
    const { result, why } = exception;
    const note = `${why}. \`${result.replaceAll("`", "'")}\``;
    if (!notes.includes(note)) notes.push(note);
    return `${result.startsWith("refused") ? "refused" : "**lost**"} [${prefix}${notes.indexOf(note) + 1}]`;
  };
  const lines = rows.map((row) => {
    const cells = FEATURES.map((feature) => cell(row, feature));
    return `| ${row.client} | ${PROVIDERS[row.provider].title} | ${row.protocol} | ${cells.join(" | ")} |`;
  });
  return [
    `| client | provider | is asked in | ${FEATURES.join(" | ")} |`,
    `|---|---|---|${"---|".repeat(FEATURES.length)}`,
    ...lines,
    "",
    ...notes.map((note, i) => `- ${prefix}${i + 1}: ${note}`),
  ].join("\n");
}
