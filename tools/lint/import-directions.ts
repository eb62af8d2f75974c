import { filesIn } from "../files.ts";
import type { Check } from "./check.ts";
import { importsOf } from "./imports.ts";

/** What each folder of assembly/ may import beside itself. Folders that list no `abi` or `host` are pure. */
const KERNEL: Record<string, string[]> = {
  bytes: [],
  crypto: ["bytes"],
  pattern: ["bytes"],
  json: ["bytes"],
  sse: ["bytes"],
  config: ["json", "bytes", "pattern"],
  ai: ["config", "json", "sse", "bytes", "crypto"],
  abi: ["bytes"],
  host: ["abi", "bytes"],
  plugin: ["abi", "host", "config", "json", "sse", "bytes"],
  cooldown: ["host", "bytes"],
  bridge: ["abi", "plugin", "host", "bytes"],
  service: ["host", "config", "json", "ai", "bytes"],
  limit: ["redis", "host", "config", "pattern", "json", "ai", "bytes"],
  redis: ["plugin", "host", "config", "crypto", "bytes"],
  compat: ["plugin", "abi", "host", "bytes"],
};

/** The folders that call no host, so that what is built on them alone runs in any test. */
const PURE = ["bytes", "crypto", "pattern", "json", "sse", "config", "ai"];

/** A plugin sees all of the kernel but these. */
const NOT_FOR_PLUGINS: Record<string, string> = {
  abi: "a plugin does not touch the ABI",
  compat: "the API of another runtime is for filters that were written for it",
};

const AI_PROXY = "plugins/ai-proxy/";
/** The floors of ai-proxy, the lowest first: a file imports its own floor and those below. */
const FLOORS: [name: string, files: RegExp][] = [
  ["config/", /^(config|models)\//],
  ["the exchange", /^(exchange|provider-state)\.ts$/],
  [
    "the provider interface",
    /^(provider|openai-compatible|event-editor|chunk-head|embedding-list|client-sink|model-segment|translation-name)\.ts$/,
  ],
  ["errors for clients", /^client-error\.ts$/],
  ["providers/", /^providers\/(?!index\.ts)/],
  ["the list of providers", /^providers\/index\.ts$/],
  ["keys/", /^keys\//],
  ["request/ and response/", /^(request|response)\//],
  ["the filter", /^(config|filter)\.ts$/],
  ["index.ts", /^index\.ts$/],
];

/** Imports go one way: abi ← host ← plugin ← plugins/<name>, and the pure parts import no host. */
export const importDirections: Check = {
  name: "imports go one way",
  run: () => [...filesIn("assembly", ".ts"), ...filesIn("plugins", ".ts")].flatMap(faultsOf),
};

function faultsOf(file: string): string[] {
  const faults = importsOf(file)
    .map((target) => ({ target, fault: faultOf(file, target.file) }))
    .filter(({ fault }) => fault !== "")
    .map(({ target, fault }) => `${file}:${target.line} imports ${target.file}: ${fault}`);
  if (isProvider(file)) {
    const impure = reach(file).find((reached) => !isPure(reached));
    if (impure) faults.push(`${file} reaches ${impure}: a provider is pure`);
  }
  return faults;
}

/** What is wrong with one file importing another; "" where nothing is. */
export function faultOf(file: string, target: string): string {
  const [top, folder] = file.split("/");
  const [targetTop, targetFolder] = target.split("/");
  if (top === "assembly") {
    const allowed = KERNEL[folder];
    if (!allowed) return `assembly/${folder} is not a layer that tools/lint/import-directions.ts knows`;
    if (targetTop !== "assembly") return "the kernel knows no plugin";
    if (targetFolder === folder || allowed.includes(targetFolder)) return "";
    return `${folder} may import ${allowed.join(", ") || "nothing"}`;
  }
  if (targetTop === "assembly") return NOT_FOR_PLUGINS[targetFolder] ?? "";
  if (targetFolder !== folder) return "no plugin imports another";
  if (isProvider(file) && isProvider(target) && providerOf(file) !== providerOf(target)) {
    return "no provider imports another";
  }
  return floorFault(file, target);
}

/** What is wrong with an import between floors of ai-proxy; "" for other plugins. */
function floorFault(file: string, target: string): string {
  if (!file.startsWith(AI_PROXY)) return "";
  const paths = [file, target].map((path) => path.slice(AI_PROXY.length));
  const [from, to] = paths.map((path) => FLOORS.findIndex(([, files]) => files.test(path)));
  const unknown = from < 0 ? file : to < 0 ? target : "";
  if (unknown) return `${unknown} is on no floor that tools/lint/import-directions.ts knows`;
  if (to > from) return `${FLOORS[from][0]} may not import ${FLOORS[to][0]}`;
  const sides = paths.map((path) => path.split("/")[0]).sort();
  return sides.join() === "request,response" ? "request/ and response/ do not import each other" : "";
}

/** A file of one provider: everything below providers/ but the list. */
function isProvider(file: string): boolean {
  return /^plugins\/[^/]+\/providers\//.test(file) && !file.endsWith("/providers/index.ts");
}

/** `qwen` of `plugins/ai-proxy/providers/qwen.ts` and of everything in `providers/qwen/`. */
function providerOf(file: string): string {
  return file.split("/")[3].replace(/\.ts$/, "");
}

function isPure(file: string): boolean {
  const [top, folder] = file.split("/");
  return top === "plugins" || PURE.includes(folder);
}

/** All files that a file imports, by whatever way. */
function reach(file: string): string[] {
  const reached = new Set<string>();
  const open = [file];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const target of importsOf(next)) {
      if (!reached.has(target.file)) {
        reached.add(target.file);
        open.push(target.file);
      }
    }
  }
  return [...reached];
}
