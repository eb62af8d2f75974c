import { stale } from "../documents.ts";
import type { Check } from "./check.ts";

/** What stands between markers in the README files is what `make docs` writes. */
export const generatedDocuments: Check = {
  name: "generated tables are up to date",
  run: () => stale().map((file) => `${file} is stale: run "make docs"`),
};
