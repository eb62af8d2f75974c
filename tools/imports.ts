import { compile } from "./compile.ts";
import { higressPlugins } from "./higress.ts";
import { HOST_FUNCTIONS, hostFunctionsText } from "./imports/document.ts";
import { higressTable, stockTable } from "./imports/tables.ts";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./plugins.ts";

for (const { entry, higress } of higressPlugins()) await compile({ entry, out: higress, target: "higress" });
console.log(`${stockTable()}\n\nThe Higress build:\n\n${higressTable()}`);
writeFileSync(join(root, HOST_FUNCTIONS), hostFunctionsText());
