import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROWS, type Row } from "../tests/envoy/native/rows.ts";
import { root } from "./plugins.ts";

const PROVIDERS = { claude: "Claude", openai: "OpenAI" };

/** The table of docs/comparison.md beside Envoy's own AI filters: each row is a request of tests/envoy/native-filters.test.ts. */
export const nativeTable = (): string => table(ROWS);

/** The rows of it that the README shows. */
export const shortNativeTable = (): string => table(ROWS.filter(({ isShort }) => isShort));

function table(rows: Row[]): string {
  const version = readFileSync(join(root, "envoy/VERSION"), "utf8").trim();
  const lines = rows.map(
    ({ client, provider, what, expected }) =>
      `| ${client} | ${PROVIDERS[provider]} | ${what} | ${expected.native} | ${expected.ours} |`,
  );
  const head = `| client's API | provider | request | Envoy ${version}'s own filters | ai-proxy |`;
  return [head, "|---|---|---|---|---|", ...lines].join("\n");
}
