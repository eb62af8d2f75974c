// SPDX-License-Identifier: Apache-2.0
// Reads images over the registry's HTTP API, without the code that builds and verifies them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Descriptor, Manifest } from "../../tools/image/image.ts";

/** An image as a registry sends it. */
export interface PulledImage {
  digest: string;
  manifest: Manifest;
  config: Buffer;
  layers: { descriptor: Descriptor; bytes: Buffer }[];
}

/** Pulls an image and checks the size and the digest of every part. */
export async function pull(host: string, repository: string, reference: string): Promise<PulledImage> {
  const url = `http://${host}/v2/${repository}`;
  const get = async (path: string): Promise<Buffer> => {
    const response = await fetch(`${url}/${path}`);
    assert.equal(response.status, 200, `${url}/${path}`);
    return Buffer.from(await response.arrayBuffer());
  };
  const part = async ({ digest, size }: Descriptor): Promise<Buffer> => {
    const bytes = await get(`blobs/${digest}`);
    assert.equal(bytes.length, size);
    assert.equal(sha256(bytes), digest);
    return bytes;
  };
  const bytes = await get(`manifests/${reference}`);
  const manifest = JSON.parse(bytes.toString()) as Manifest;
  const layers = await Promise.all(
    manifest.layers.map(async (descriptor) => ({ descriptor, bytes: await part(descriptor) })),
  );
  return { digest: sha256(bytes), manifest, config: await part(manifest.config), layers };
}

/** `sha256:` and the hash in hexadecimal. */
export const sha256 = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** The files of a compressed archive, by name, as the machine's `tar` reads them. */
export function filesOf(archive: Buffer): Map<string, Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "archive-"));
  try {
    const file = join(folder, "layer.tar.gz");
    writeFileSync(file, archive);
    const run = (...args: string[]): Buffer => {
      const { status, stdout, stderr } = spawnSync("tar", args, { maxBuffer: 64 << 20 });
      assert.equal(status, 0, String(stderr));
      return stdout;
    };
    const names = run("-tzf", file).toString().trim().split("\n");
    return new Map(names.map((name) => [name, run("-xzOf", file, name)]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
