import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf, MANIFEST_TYPE, type Image, type Manifest } from "./image.ts";

/** Writes an image as an OCI image layout: https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md */
export function writeImage(folder: string, image: Image): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "blobs/sha256"), { recursive: true });
  for (const [digest, bytes] of image.blobs) writeFileSync(blobFile(folder, digest), bytes);
  writeFileSync(join(folder, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  const size = image.blobs.get(image.digest)?.length;
  const manifests = [{ mediaType: MANIFEST_TYPE, digest: image.digest, size }];
  writeFileSync(join(folder, "index.json"), JSON.stringify({ schemaVersion: 2, manifests }));
}

/** Reads the one image of an OCI image layout; throws an error of one line if a part is missing or is not what its digest says. */
export function readImage(folder: string): Image {
  const index = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")) as { manifests: { digest: string }[] };
  const [{ digest }] = index.manifests;
  const bytes = readBlob(folder, digest);
  const manifest = JSON.parse(bytes.toString()) as Manifest;
  if (!Array.isArray(manifest.layers)) throw new Error("this is an index of several images, not an image");
  const parts = [manifest.config, ...manifest.layers].map((part) => part.digest);
  return { digest, manifest, blobs: new Map([digest, ...parts].map((part) => [part, readBlob(folder, part)])) };
}

function readBlob(folder: string, digest: string): Buffer {
  const file = blobFile(folder, digest);
  if (!existsSync(file)) throw new Error(`the image has no ${digest}`);
  const bytes = readFileSync(file);
  if (digestOf(bytes) !== digest) throw new Error(`the content of ${digest} has another digest: ${digestOf(bytes)}`);
  return bytes;
}

const blobFile = (folder: string, digest: string): string => join(folder, "blobs", digest.replace(":", "/"));
