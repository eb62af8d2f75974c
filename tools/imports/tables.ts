import { readFileSync } from "node:fs";
import { join } from "node:path";
import { higressPlugins } from "../higress.ts";
import { findPlugins, root } from "../plugins.ts";

/** What a module needs of its host, read from the binary. */
export interface ModuleNeeds {
  /** The version of the Proxy-Wasm ABI that it exports, such as `0.2.1`. */
  abi: string;
  /** The names of the functions that it imports, sorted. */
  imports: string[];
  /** The callbacks of ABI extensions that it exports. */
  callbacks: string[];
}

const EXTENSION = /^proxy_on_redis_/;

/** Reads the imports and exports of a module. */
export function needsOf(wasm: string): ModuleNeeds {
  const module = new WebAssembly.Module(readFileSync(join(root, wasm)));
  const exported = WebAssembly.Module.exports(module).map(({ name }) => name);
  const abi = exported.find((name) => name.startsWith("proxy_abi_version_")) ?? "";
  return {
    abi: abi.replace("proxy_abi_version_", "").replaceAll("_", "."),
    imports: WebAssembly.Module.imports(module)
      .map(({ name }) => name)
      .sort(),
    callbacks: exported.filter((name) => EXTENSION.test(name)),
  };
}

const code = (names: string[]): string => names.map((name) => `\`${name}\``).join(", ") || "–";

/** The host functions of every module that `make build` writes. */
export function stockTable(): string {
  const modules = findPlugins().map(({ name, wasm }) => ({ name, ...needsOf(wasm) }));
  const plugins = modules.filter(({ name }) => name !== "redis-bridge");
  const common = plugins[0].imports.filter((name) => plugins.every(({ imports }) => imports.includes(name)));
  const rows = modules.map(({ name, abi, imports }) => {
    const isPlugin = name !== "redis-bridge";
    const own = isPlugin ? imports.filter((one) => !common.includes(one)) : imports;
    return `| ${name} | ${abi} | ${isPlugin ? "the common ones, " : ""}${code(own)} |`;
  });
  return [
    `Common to every plugin but redis-bridge: ${code(common)}.`,
    "",
    "| module | ABI | host functions |",
    "|---|---|---|",
    ...rows,
  ].join("\n");
}

/** Why a module is another one in the Higress build. */
const REASONS: Record<string, string> = {
  "ai-proxy":
    "The route is kept when host and path change (property `clear_route_cache`); `firstByteTimeout` sets `x-envoy-upstream-rq-first-byte-timeout-ms`.",
  "model-mapper": "The route is kept when its header changes (property `clear_route_cache`).",
};
const REDIS_REASON = "Commands of the section `redis` go through the host's Redis calls, without redis-bridge.";

/** The modules of `make build TARGET=higress`, and what they need that the stock modules do not. */
export function higressTable(): string {
  const rows = higressPlugins().map(({ name, wasm, higress }) => {
    const [stock, own] = [needsOf(wasm), needsOf(higress)];
    const more = [...own.imports.filter((one) => !stock.imports.includes(one)), ...own.callbacks];
    const less = stock.imports.filter((one) => !own.imports.includes(one));
    const reason = REASONS[name] ?? (own.callbacks.length ? REDIS_REASON : "");
    return `| ${name} | ${reason} | ${code(more)} | ${code(less)} |`;
  });
  return [
    "| module | what differs | host functions and callbacks in addition | host functions that it does not import |",
    "|---|---|---|---|",
    ...rows,
  ].join("\n");
}
