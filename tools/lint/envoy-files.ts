import { bootstraps, validate } from "../envoy-files.ts";
import type { Check } from "./check.ts";

/** Envoy itself accepts every yaml in envoy/ and examples/. */
export const envoyFiles: Check = {
  name: "Envoy accepts every yaml in envoy/ and examples/",
  run: () =>
    bootstraps().flatMap((file) => {
      const refusal = validate(file);
      return refusal ? [`${file}: ${refusal}`] : [];
    }),
};
