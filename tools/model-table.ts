import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./plugins.ts";

/** The data, and the source that is written from it. */
const DATA = "plugins/ai-proxy/models.json";
export const SHIPPED_MODELS = "plugins/ai-proxy/models/shipped-models.ts";

/** models.json: what models take, in groups of one vendor or host. */
export interface ModelData {
  date: string;
  groups: ModelGroup[];
}

interface ModelGroup {
  /** The types of the providers whose models these are. */
  providers: string[];
  /** Whether the entries say what a host of other vendors' models takes, not what the models take anywhere. */
  isHost?: boolean;
  sources: string[];
  models: Record<string, unknown>[];
}

export const modelData = (): ModelData => JSON.parse(readFileSync(join(root, DATA), "utf8")) as ModelData;

/**
 * The table of models as a source of ai-proxy: each entry is the JSON text that the reader of the option `models` reads. `chosen` are the
 * types of providers whose models it has; empty for all.
 */
export function shippedModels(chosen: string[] = []): string {
  const { date, groups } = modelData();
  const has = (types: string[]) => chosen.length === 0 || types.some((type) => chosen.includes(type));
  return [
    "/** What is known of the models of one vendor, or of one host. */",
    "export class ShippedGroup {",
    "  constructor(",
    "    /** The types of its providers. */",
    "    readonly types: string[],",
    "    /** Whether the entries hold wherever the models are served. */",
    "    readonly isVendor: bool,",
    "    /** Each a JSON text, like one of the option `models`. */",
    "    readonly entries: string[],",
    "  ) {}",
    "}",
    "",
    `/** The table of models.json, of ${date}. Written by \`make docs\`. */`,
    "export const SHIPPED_MODELS: ShippedGroup[] = [",
    ...groups
      .filter(({ providers }) => has(providers))
      .flatMap(({ providers, isHost = false, models }) => [
        `  new ShippedGroup([${providers.map((type) => JSON.stringify(type)).join(", ")}], ${!isHost}, [`,
        ...models.map((entry) => `    '${JSON.stringify(entry)}',`),
        "  ]),",
      ]),
    "];",
    "",
  ].join("\n");
}
