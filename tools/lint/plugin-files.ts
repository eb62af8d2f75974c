import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findPlugins, root, type Plugin } from "../plugins.ts";
import type { Check } from "./check.ts";

/** Something that every plugin has. */
interface Part {
  /** What a plugin without it lacks, and where it belongs. */
  name: (plugin: Plugin) => string;
  exists: (plugin: Plugin) => boolean;
  /** Plugins that do not need it, and why. */
  except?: Record<string, string>;
}

const NO_OPTIONS = { "redis-bridge": "it has no option" };

const PARTS: Part[] = [
  { name: ({ folder }) => `${folder}/schema.json`, exists: ({ folder }) => has(`${folder}/schema.json`) },
  { name: ({ folder }) => `${folder}/README.md`, exists: ({ folder }) => has(`${folder}/README.md`) },
  {
    name: ({ name }) => `tests/cases/${name}/, a case`,
    exists: ({ name }) => has(`tests/cases/${name}`),
    except: { "redis-bridge": "its requests are gRPC streams of other plugins" },
  },
  {
    name: ({ name }) => `envoy/${name}.yaml, a gateway with it`,
    exists: ({ name }) => has(`envoy/${name}.yaml`),
    except: { "redis-bridge": "envoy/redis.yaml has it" },
  },
  {
    name: ({ name }) => `examples/kubernetes/higress/${name}.yaml, a WasmPlugin`,
    exists: ({ name }) => has(`examples/kubernetes/higress/${name}.yaml`),
    except: { "redis-bridge": "Higress's Envoy calls Redis itself" },
  },
  {
    name: ({ name }) => `tests/cases/${name}/wasmplugin.yaml, the case of its WasmPlugin`,
    exists: ({ name }) => has(`tests/cases/${name}/wasmplugin.yaml`),
    except: { "redis-bridge": "it has no WasmPlugin" },
  },
  {
    name: ({ name }) => `tests/tools/wrong-configs.ts, a wrong configuration of ${name}`,
    exists: ({ name }) => new RegExp(`^ {2}"?${name}"?: \\{`, "m").test(text("tests/tools/wrong-configs.ts")),
    except: NO_OPTIONS,
  },
];

/** Every plugin has its documents, its examples and its tests. */
export const pluginFiles: Check = {
  name: "every plugin has its files",
  run: () => findPlugins().flatMap(lacking),
};

/** What a plugin lacks, one line each. */
export function lacking(plugin: Plugin): string[] {
  return PARTS.filter(({ exists, except = {} }) => !(plugin.name in except) && !exists(plugin)).map(
    ({ name }) => `plugins/${plugin.name} lacks ${name(plugin)}`,
  );
}

const has = (path: string): boolean => existsSync(join(root, path));
const text = (path: string): string => readFileSync(join(root, path), "utf8");
