import type { Check } from "./check.ts";
import { configKeys } from "./config-keys.ts";
import { envoyFiles } from "./envoy-files.ts";
import { fileSizes } from "./file-sizes.ts";
import { format } from "./format.ts";
import { generatedDocuments } from "./generated-documents.ts";
import { importCircles } from "./import-circles.ts";
import { importDirections } from "./import-directions.ts";
import { links } from "./links.ts";
import { noThrow } from "./no-throw.ts";
import { pluginFiles } from "./plugin-files.ts";
import { providerLists } from "./provider-lists.ts";
import { providerNames } from "./provider-names.ts";
import { requestHeaders } from "./request-headers.ts";
import { types } from "./types.ts";
import { unsafeCode } from "./unsafe-code.ts";

/** All checks, fast ones first. */
export const checks: Check[] = [
  fileSizes,
  importDirections,
  importCircles,
  noThrow,
  unsafeCode,
  providerNames,
  providerLists,
  requestHeaders,
  configKeys,
  pluginFiles,
  links,
  generatedDocuments,
  format,
  types,
  envoyFiles,
];
