import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesIn } from "../files.ts";
import { root } from "../plugins.ts";
import type { Check } from "./check.ts";

/** A direct change of a header map, instead of an entry in `exchange.headers`. */
const CHANGE = /(?:^|[^.\w])(?:headers|requestHeaders)\.(?:set|setText|remove|removeNamed|add|put)\(/;
/** The one file that changes a request's headers, and the folder that changes the response's. */
const ALLOWED = /^plugins\/ai-proxy\/(?:request\/client-headers|response\/[a-z-]+)\.ts$/;

/** `client-headers.ts` makes all changes of request headers, so that it can restore the client's headers for the next attempt. */
export const requestHeaders: Check = {
  name: "ai-proxy changes request headers in one place",
  run: () =>
    filesIn("plugins/ai-proxy", ".ts")
      .filter((file) => !ALLOWED.test(file))
      .flatMap((file) =>
        readFileSync(join(root, file), "utf8")
          .split("\n")
          .flatMap((line, index) => (CHANGE.test(line) ? [`${file}:${index + 1} changes a header itself`] : [])),
      ),
};
