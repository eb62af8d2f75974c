// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { Ajv, type ErrorObject } from "ajv";
import { parse } from "yaml";
import { readWasmPlugins } from "../../tools/wasmplugin/read-file.ts";
import type { Case, CaseCallouts, CaseRoute, Exchange } from "./case.ts";

type Protocol = boolean | "both";

/** A plugin's configuration in one of the ways a case can give it. */
interface CaseConfig {
  config?: unknown;
  configText?: string;
  wasmPlugin?: string;
}

/** A case as its file has it; tests/cases/schema.json is what describes it. */
interface CaseFile extends CaseConfig {
  description: string;
  routes?: CaseRoute[];
  variants?: (CaseConfig & { name: string; configError?: string[]; routes?: CaseRoute[] })[];
  upstream?: { dialect?: string; http2?: Protocol };
  downstream?: { http2?: Protocol };
  bufferLimitBytes?: number;
  stateful?: boolean;
  callouts?: CaseCallouts;
  redis?: string[][];
  configError?: string[];
  exchanges?: Exchange[];
  logs?: { contains?: string[]; once?: string[]; excludes?: string[] };
}

const root = resolve(import.meta.dirname, "../..");
const folder = join(root, "tests/cases");
const schema = JSON.parse(readFileSync(join(folder, "schema.json"), "utf8")) as object;
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);

/** Loads the cases that the environment selects: `P` names a plugin, `T` is a pattern of the names of tests. */
export function selectedCases(): Case[] {
  const pattern = process.env.T ? new RegExp(process.env.T) : undefined;
  return loadCases(process.env.P).filter(({ plugin, name }) => !pattern || pattern.test(`${plugin}: ${name}`));
}

/** Loads every case of every plugin, or of one, in the order of their names; throws on the first broken file. */
export function loadCases(plugin?: string): Case[] {
  const plugins = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && (!plugin || entry.name === plugin))
    .map((entry) => entry.name);
  return plugins.sort().flatMap((name) =>
    readdirSync(join(folder, name))
      .filter((file) => file.endsWith(".yaml"))
      .sort()
      .flatMap((file) => loadCase(join(folder, name, file))),
  );
}

/** Loads one file: one case, or several where it names variants or both protocols. */
export function loadCase(path: string): Case[] {
  const plugin = basename(dirname(path));
  return readCases(readFileSync(path, "utf8"), plugin, basename(path, ".yaml"));
}

/** Reads the text of a case file. */
export function readCases(text: string, plugin: string, name: string): Case[] {
  const data = parse(text, { merge: true }) as unknown;
  if (!validate(data)) throw new Error(`tests/cases/${plugin}/${name}.yaml: ${reasons(validate.errors ?? [])}`);
  const file = data as unknown as CaseFile;
  const variants = file.variants ?? [{ name: "" }];
  return variants.flatMap((variant) =>
    choices(file.downstream?.http2).flatMap((downstreamHttp2) =>
      choices(file.upstream?.http2).map((upstreamHttp2) => {
        const merged = { ...file, ...variant };
        const protocols = [
          ...(file.downstream?.http2 === "both" ? [`client over ${downstreamHttp2 ? "HTTP/2" : "HTTP/1.1"}`] : []),
          ...(file.upstream?.http2 === "both" ? [`upstream over ${upstreamHttp2 ? "HTTP/2" : "HTTP/1.1"}`] : []),
        ];
        return {
          plugin,
          name: [name, variant.name, ...protocols].filter(Boolean).join(", "),
          description: file.description,
          configuration: configurationOf(merged),
          routes: merged.routes ?? [{ name: "default" }],
          dialect: file.upstream?.dialect,
          upstreamHttp2,
          downstreamHttp2,
          bufferLimitBytes: file.bufferLimitBytes,
          stateful: file.stateful ?? false,
          callouts: file.callouts,
          redis: file.redis,
          configError: merged.configError,
          exchanges: file.exchanges ?? [],
          logs: { contains: [], once: [], excludes: [], ...file.logs },
        };
      }),
    ),
  );
}

/** Says whether a plugin has a module under build/. */
export const isBuilt = (plugin: string): boolean => existsSync(join(root, "build", `${plugin}.wasm`));

function configurationOf({ config, configText, wasmPlugin }: CaseConfig): string | undefined {
  const value = wasmPlugin === undefined ? config : convertedFrom(wasmPlugin);
  return configText ?? (value === undefined ? undefined : JSON.stringify(value));
}

/** The configuration that Higress's controller makes of the file's one WasmPlugin. */
function convertedFrom(file: string): unknown {
  const { entries, findings } = readWasmPlugins(file, readFileSync(join(root, file), "utf8"));
  if (entries.length !== 1) throw new Error(`${file} is not one WasmPlugin: ${JSON.stringify(findings)}`);
  return entries[0].converted.config;
}

const choices = (protocol: Protocol = false): boolean[] => (protocol === "both" ? [false, true] : [protocol]);

function reasons(errors: ErrorObject[]): string {
  const texts = errors.map((error) => {
    const extra = (error.params as { additionalProperty?: string }).additionalProperty;
    return `${error.instancePath || "/"} ${error.message ?? ""}${extra ? ` (${extra})` : ""}`;
  });
  return [...new Set(texts)].join("; ");
}
