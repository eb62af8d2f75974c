import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { higressPlugins } from "../higress.ts";
import { findPlugins, root, type Plugin } from "../plugins.ts";
import { LAYOUTS, type Layout } from "./image.ts";

type Variables = Record<string, string | undefined>;

/** The plugins of `P`, or all, with the modules of `TARGET`: for `higress` those of the Higress build, where a plugin has one. */
export function pluginsOf({ P, TARGET }: Variables): Plugin[] {
  const plugins = findPlugins(P || undefined);
  if (TARGET && TARGET !== "release" && TARGET !== "higress")
    throw new Error(`TARGET is release or higress for an image, not "${TARGET}"`);
  if (TARGET !== "higress") return plugins;
  const own = higressPlugins().map(({ name }) => name);
  return plugins.map((plugin) => (own.includes(plugin.name) ? { ...plugin, wasm: plugin.higress } : plugin));
}

/** The layout of `LAYOUT`; `compat` if it is not set. */
export function layoutFrom({ LAYOUT }: Variables): Layout {
  const layout = LAYOUTS.find((name) => name === (LAYOUT || "compat"));
  if (!layout) throw new Error(`LAYOUT is one of ${LAYOUTS.join(", ")}, not "${LAYOUT}"`);
  return layout;
}

/** `REGISTRY`: a host, with a port or not, and a path. */
export function registryFrom({ REGISTRY }: Variables): string {
  if (!REGISTRY)
    throw new Error("REGISTRY is missing: write REGISTRY=host/path, such as REGISTRY=registry.example.com/plugins");
  if (!/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/i.test(REGISTRY) || REGISTRY.endsWith("."))
    throw new Error(
      `REGISTRY is a host and a path without "oci://", such as registry.example.com/plugins, not "${REGISTRY}"`,
    );
  return REGISTRY;
}

/** `TAG`, or the plugin's version. */
export function tagFrom({ TAG }: Variables, version: string): string {
  const tag = TAG || version;
  // https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
  if (!/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/.test(tag))
    throw new Error(`TAG is letters, digits, ".", "_" and "-", not "${tag}"`);
  return tag;
}

/** `REF`: an image with a tag or a digest. */
export function referenceFrom({ REF }: Variables): string {
  if (!REF) throw new Error("REF is missing: write REF=host/path/plugin:tag or REF=host/path/plugin@sha256:…");
  return REF.replace(/^oci:\/\//, "");
}

/**
 * The address of the sources: `SOURCE`, or `repository` of package.json, or the Git remote `origin` without credentials.
 * `undefined` if there is none.
 */
export function sourceFrom({ SOURCE }: Variables): string | undefined {
  if (SOURCE) return SOURCE;
  const { repository } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { repository?: string };
  if (repository) return repository;
  const { stdout } = spawnSync("git", ["config", "--get", "remote.origin.url"], { cwd: root, encoding: "utf8" });
  const remote = /^(?:\w+:\/\/)?(?:[^@/]*@)?([\w.-]+)(?::\d+)?[:/](.+?)(?:\.git)?\/?$/.exec(stdout?.trim() ?? "");
  return remote ? `https://${remote[1]}/${remote[2]}` : undefined;
}
