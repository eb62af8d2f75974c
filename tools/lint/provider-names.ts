import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesIn } from "../files.ts";
import { root } from "../plugins.ts";
import { SHIPPED_MODELS } from "../model-table.ts";
import { providerFiles } from "../providers.ts";
import type { Check } from "./check.ts";

/** Differences between providers are methods of the provider: no other file compares a provider's name. */
export const providerNames: Check = {
  name: "only providers/ names a provider",
  run: () => {
    const ids = providerFiles();
    return (
      [...filesIn("assembly", ".ts"), ...filesIn("plugins", ".ts")]
        // Services that check texts or embed them: some are of the same companies.
        .filter((file) => !/\/providers\/|^plugins\/(?:ai-security-guard|ai-cache\/embedding)\//.test(file))
        // The table of models is data, by the provider.
        .filter((file) => file !== SHIPPED_MODELS)
        .flatMap((file) =>
          readFileSync(join(root, file), "utf8")
            .split("\n")
            .flatMap((line, index) => {
              // `protocol: openai` is the name of a protocol, `error_format: openai` that of a format.
              if (/protocol|ERROR_FORMATS/i.test(line)) return [];
              const named = ids.filter((id) => line.includes(`"${id}"`) || line.includes(`providers/${id}"`));
              return named.map((id) => `${file}:${index + 1} names the provider ${id}`);
            }),
        )
    );
  },
};
