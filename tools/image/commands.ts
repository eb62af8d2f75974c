import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPlugins, root, type Plugin } from "../plugins.ts";
import { crane } from "./crane.ts";
import { readImage, writeImage } from "./folder.ts";
import { aboutPlugin, digestOf, imageOf, SOURCE, type Image, type Layout } from "./image.ts";
import { layoutOf, loadModule } from "./loader.ts";

/** Writes the image of a plugin to build/images/, and returns a line about it. */
export function buildImage(plugin: Plugin, layout: Layout, source: string | undefined): string {
  const folder = `build/images/${layout}/${plugin.name}`;
  const image = imageOf(plugin, layout, source);
  writeImage(join(root, folder), image);
  return `${folder.padEnd(44)}  ${image.digest}`;
}

/** Pushes the image of a plugin, and returns a line with its reference and digest. */
export async function pushImage(
  plugin: Plugin,
  layout: Layout,
  source: string | undefined,
  reference: string,
): Promise<string> {
  const image = imageOf(plugin, layout, source);
  await inFolder(async (folder) => {
    writeImage(folder, image);
    await crane(`cannot push ${reference}`, "push", folder, reference);
  });
  return `${reference.replace(/:[^:/]+$/, "")}@${image.digest}  ${reference.split(":").at(-1)}`;
}

/** An image that was pulled and compared with what this folder builds. */
export interface Verified {
  digest: string;
  layout: Layout;
  module: Buffer;
  /** What differs from the image that this folder builds; empty if nothing does. */
  differences: string[];
}

/** Pulls an image, checks the digest of every part and the rules of the loaders, and compares it with the image that this folder builds of `plugins`. */
export async function verifyImage(reference: string, plugins = findPlugins()): Promise<Verified> {
  const image = await pullImage(reference);
  const module = loadModule(image);
  const layout = layoutOf(image);
  return { digest: image.digest, layout, module, differences: differencesOf(image, layout, module, plugins) };
}

async function pullImage(reference: string): Promise<Image> {
  return inFolder(async (folder) => {
    await crane(`cannot pull ${reference}`, "pull", "--format=oci", reference, folder);
    return readImage(folder);
  });
}

function differencesOf({ digest, manifest }: Image, layout: Layout, module: Buffer, plugins: Plugin[]): string[] {
  const { annotations = {} } = manifest;
  const name = annotations["org.opencontainers.image.title"];
  const plugin = plugins.find((other) => other.name === name);
  if (!plugin) return [`the image is of ${name ? `"${name}"` : "no named plugin"}, which is not in plugins/`];
  const built = imageOf(plugin, layout, annotations[SOURCE]);
  if (built.digest === digest) return [];
  const { version } = aboutPlugin(plugin);
  const theirs = annotations["org.opencontainers.image.version"];
  const own = digestOf(loadModule(built));
  return [
    ...(theirs === version ? [] : [`the image has version ${theirs}, plugins/${name}/schema.json has ${version}`]),
    ...(digestOf(module) === own ? [] : [`the image has the module ${digestOf(module)}, ${plugin.wasm} is ${own}`]),
    `the image has the digest ${digest}, this folder builds ${built.digest}`,
  ];
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "image-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
