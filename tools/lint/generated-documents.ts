import { stale } from "../documents.ts";
import type { Check } from "./check.ts";

/** The generated sections of the README files are those that `make docs` writes. */
export const generatedDocuments: Check = {
  name: "generated tables are up to date",
  run: () => stale().map((file) => `${file} is stale: run "make docs"`),
};
