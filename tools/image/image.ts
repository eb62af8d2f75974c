import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root, type Plugin } from "../plugins.ts";
import { gzip, tar } from "./archive.ts";
import { specYaml } from "./spec-yaml.ts";

/** The layouts of an image. Istio, Envoy Gateway and Higress load all of them; see docs/shipping.md. */
export const LAYOUTS = ["compat", "artifact", "higress"] as const;
export type Layout = (typeof LAYOUTS)[number];

/** A part of an image, as the OCI image specification describes it. */
export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Record<string, string>;
}

/** An OCI image manifest: https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md */
export interface Manifest {
  schemaVersion: 2;
  mediaType: string;
  config: Descriptor;
  layers: Descriptor[];
  annotations?: Record<string, string>;
}

/** An image in memory. */
export interface Image {
  digest: string;
  manifest: Manifest;
  /** The manifest, the config and the layers, by digest. */
  blobs: Map<string, Buffer>;
}

export const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
export const ARCHIVE_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip";
export const MODULE_TYPE = "application/vnd.module.wasm.content.layer.v1+wasm";
const RUNTIME_TYPE = "application/vnd.module.wasm.config.v1+json";
export const SPEC_TYPE = "application/vnd.module.wasm.spec.v1+yaml";
export const README_TYPE = "application/vnd.module.wasm.doc.v1+markdown";

const TITLE = "org.opencontainers.image.title";
/** The annotation with the address of the sources; `make push` gets it from SOURCE= or from the Git remote. */
export const SOURCE = "org.opencontainers.image.source";

/** Returns `sha256:` and the hash of the bytes in hexadecimal. */
export const digestOf = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** The version and the description of a plugin, from its schema. */
export function aboutPlugin(plugin: Plugin): { version: string; description: string } {
  const schema = JSON.parse(readFileSync(join(root, plugin.folder, "schema.json"), "utf8")) as Record<string, string>;
  return { version: schema["x-version"], description: schema.description };
}

/** Builds the image of a compiled plugin. The same module, schema, README and source give the same digest on every machine. */
export function imageOf(plugin: Plugin, layout: Layout, source?: string): Image {
  const { version, description } = aboutPlugin(plugin);
  const blobs = new Map<string, Buffer>();
  const add = (mediaType: string, bytes: Buffer, title?: string): Descriptor => {
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length, ...(title ? { annotations: { [TITLE]: title } } : {}) };
  };
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    ...PARTS[layout](plugin, add),
    annotations: {
      [TITLE]: plugin.name,
      "org.opencontainers.image.description": description,
      "org.opencontainers.image.version": version,
      "org.opencontainers.image.licenses": "Apache-2.0",
      ...(source ? { [SOURCE]: source } : {}),
      // https://github.com/solo-io/wasm/blob/master/spec/spec-compat.md#annotation
      ...(layout === "compat" ? { "module.wasm.image/variant": "compat" } : {}),
    },
  };
  const bytes = json(manifest);
  const digest = digestOf(bytes);
  blobs.set(digest, bytes);
  return { digest, manifest, blobs };
}

type Add = (mediaType: string, bytes: Buffer, title?: string) => Descriptor;
type Parts = (plugin: Plugin, add: Add) => Pick<Manifest, "config" | "layers">;

const PARTS: Record<Layout, Parts> = { compat: compatParts, artifact: artifactParts, higress: higressParts };

// One archive with plugin.wasm: https://github.com/solo-io/wasm/blob/master/spec/spec-compat.md
function compatParts(plugin: Plugin, add: Add): Pick<Manifest, "config" | "layers"> {
  const archive = archiveOf(plugin);
  const config = {
    // A platform is required. The module runs on all; loaders do not look at it.
    architecture: "amd64",
    os: "linux",
    config: {},
    rootfs: { type: "layers", diff_ids: [digestOf(archive)] },
  };
  return {
    config: add("application/vnd.oci.image.config.v1+json", json(config)),
    layers: [add(ARCHIVE_TYPE, gzip(archive))],
  };
}

// The raw module, and what it is: https://github.com/solo-io/wasm/blob/master/spec/spec.md#format
function artifactParts(plugin: Plugin, add: Add): Pick<Manifest, "config" | "layers"> {
  const runtime = json({ type: "envoy_proxy", abiVersions: ["0.2.1"], config: { root_ids: [plugin.name] } });
  return {
    config: add(RUNTIME_TYPE, runtime),
    layers: [add(RUNTIME_TYPE, runtime, "runtime-config.json"), add(MODULE_TYPE, moduleOf(plugin), "plugin.wasm")],
  };
}

// The description for Higress's console before the archive: https://higress.cn/en/docs/latest/user/wasm-image-spec/
function higressParts(plugin: Plugin, add: Add): Pick<Manifest, "config" | "layers"> {
  return {
    config: add("application/vnd.unknown.config.v1+json", json({})),
    layers: [
      add(SPEC_TYPE, Buffer.from(specYaml(plugin)), "spec.yaml"),
      add(README_TYPE, readFileSync(join(root, plugin.folder, "README.md")), "README.md"),
      add(ARCHIVE_TYPE, gzip(archiveOf(plugin)), "plugin.tar.gz"),
    ],
  };
}

const moduleOf = (plugin: Plugin): Buffer => readFileSync(join(root, plugin.wasm));
const archiveOf = (plugin: Plugin): Buffer => tar([{ name: "plugin.wasm", bytes: moduleOf(plugin) }]);
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
