// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { parse } from "yaml";
import { higressPlugins } from "../../tools/higress.ts";
import { gzip, tar } from "../../tools/image/archive.ts";
import { readImage, writeImage } from "../../tools/image/folder.ts";
import { digestOf, imageOf, LAYOUTS, type Descriptor, type Image, type Layout } from "../../tools/image/image.ts";
import { loadModule } from "../../tools/image/loader.ts";
import { layoutFrom, pluginsOf, referenceFrom, registryFrom, tagFrom } from "../../tools/image/settings.ts";
import { specYaml } from "../../tools/image/spec-yaml.ts";
import { findPlugins, root } from "../../tools/plugins.ts";
import { filesOf } from "../harness/pulled-image.ts";
import { runTool } from "../harness/run-tool.ts";

describe("gzip", () => {
  for (const size of [0, 1, 0xffff, 0x10000, 200_000]) {
    it(`is read back: ${size} bytes`, () => {
      const bytes = Buffer.from(Array.from({ length: size }, (_, index) => (index * 7919) & 0xff));
      assert.ok(gunzipSync(gzip(bytes)).equals(bytes));
    });
  }
});

describe("tar", () => {
  it("is read by the machine's tar", () => {
    const files = [
      { name: "plugin.wasm", bytes: Buffer.alloc(1000, 1) },
      { name: "empty", bytes: Buffer.alloc(0) },
      { name: "block", bytes: Buffer.alloc(512, 2) },
    ];
    const read = filesOf(gzip(tar(files)));
    assert.deepEqual(
      [...read],
      files.map(({ name, bytes }) => [name, bytes]),
    );
  });
});

describe("an image", () => {
  const [plugin] = findPlugins("key-auth");
  for (const layout of LAYOUTS) {
    it(`has the same digest each time in the layout ${layout}`, async () => {
      const SOURCE = "https://git.example.com/plugins";
      const variables = { TZ: "Asia/Tokyo", P: "key-auth", LAYOUT: layout, SOURCE };
      const { lines } = await runTool("tools/image.ts", ["image"], variables);
      assert.equal(/sha256:\w+/.exec(lines[0])?.[0], imageOf(plugin, layout, SOURCE).digest);
    });
  }

  it("has the modules of the Higress build with TARGET=higress, where a plugin has one", () => {
    const own = higressPlugins().map(({ name }) => name);
    assert.ok(own.includes("cluster-key-rate-limit") && !own.includes("key-auth"));
    for (const { name, wasm } of pluginsOf({ TARGET: "higress" }))
      assert.equal(wasm, own.includes(name) ? `build/higress/${name}.wasm` : `build/${name}.wasm`);
    for (const TARGET of ["", "release"]) assert.deepEqual(pluginsOf({ TARGET }), findPlugins());
    assert.throws(() => pluginsOf({ TARGET: "debug" }), { message: /^TARGET is release or higress for an image/ });
  });

  it("has another digest with another source or module", () => {
    const digests = [imageOf(plugin, "compat"), imageOf(plugin, "compat", "https://git.example.com/other")];
    digests.push(imageOf({ ...plugin, wasm: "build/request-block.wasm" }, "compat"));
    assert.equal(new Set(digests.map(({ digest }) => digest)).size, 3);
  });
});

describe("loadModule", () => {
  const { wasm } = findPlugins("key-auth")[0];
  const [plugin] = findPlugins("key-auth");
  /** The image of a layout with other layers. */
  const changed = (layout: Layout, change: (layers: Descriptor[]) => Descriptor[]): Image => {
    const image = imageOf(plugin, layout);
    return { ...image, manifest: { ...image.manifest, layers: change(image.manifest.layers) } };
  };
  const docker = "application/vnd.docker.image.rootfs.diff.tar.gzip";

  it("reads every layout, and what Docker builds", () => {
    const images = LAYOUTS.map((layout) => imageOf(plugin, layout));
    images.push(changed("compat", ([layer]) => [{ ...layer, mediaType: docker }]));
    for (const image of images) assert.ok(loadModule(image).equals(readFileSync(join(root, wasm))));
  });

  const refused: [title: string, image: () => Image, reason: RegExp][] = [
    ["no layers", () => changed("compat", () => []), /^the image has neither a last layer of/],
    [
      "the archive before another layer",
      () => changed("higress", (layers) => layers.reverse()),
      /neither a last layer/,
    ],
    ["the raw module alone", () => changed("artifact", ([, module]) => [module]), /has 2 layers, not 1$/],
    ["three layers", () => changed("artifact", ([a, b]) => [a, b, a]), /has 2 layers, not 3$/],
    ["no plugin.wasm", () => withArchive("key-auth.wasm"), /^the last layer of the image has no plugin\.wasm$/],
  ];
  for (const [title, image, reason] of refused) {
    it(`refuses an image with ${title}`, () => assert.throws(() => loadModule(image()), { message: reason }));
  }

  function withArchive(name: string): Image {
    const image = imageOf(plugin, "compat");
    const [layer] = image.manifest.layers;
    return { ...image, blobs: new Map([[layer.digest, gzip(tar([{ name, bytes: Buffer.from("x") }]))]]) };
  }

  it("is not asked for an index of images", () => {
    const folder = mkdtempSync(join(tmpdir(), "index-"));
    try {
      const image = imageOf(plugin, "compat");
      const index = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [] }));
      const digest = digestOf(index);
      writeImage(folder, { ...image, digest, blobs: new Map([[digest, index]]) });
      assert.throws(() => readImage(folder), { message: "this is an index of several images, not an image" });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("spec.yaml", () => {
  interface Spec {
    info: Record<string, string>;
    spec: {
      phase: string;
      priority: number;
      configSchema: { openAPIV3Schema: { properties: object; example: object } };
    };
  }
  for (const plugin of findPlugins()) {
    it(`has what schema.json and the README say: ${plugin.name}`, () => {
      const text = specYaml(plugin);
      const { info, spec } = parse(text) as Spec;
      const schema = JSON.parse(readFileSync(join(root, plugin.folder, "schema.json"), "utf8")) as Record<
        string,
        unknown
      >;
      assert.deepEqual(
        [info.name, info.version, info.description],
        [plugin.name, schema["x-version"], schema.description],
      );
      const { properties, example } = spec.configSchema.openAPIV3Schema;
      assert.deepEqual(Object.keys(properties), Object.keys(schema.properties as object));
      assert.ok(typeof example === "object" && example !== null);
      assert.doesNotMatch(text, /\$ref/);
      assert.match(spec.phase, /^(UNSPECIFIED_PHASE|AUTHN|AUTHZ|STATS)$/);
      assert.ok(Number.isInteger(spec.priority));
    });
  }
});

describe("the settings of make image, push and verify-image", () => {
  it("have defaults", () => {
    assert.equal(layoutFrom({}), "compat");
    assert.equal(tagFrom({ TAG: "" }, "1.2.3"), "1.2.3");
    assert.equal(registryFrom({ REGISTRY: "127.0.0.1:5000/a/b" }), "127.0.0.1:5000/a/b");
    assert.equal(referenceFrom({ REF: "oci://r.example/a:1" }), "r.example/a:1");
    assert.deepEqual(pluginsOf({}), findPlugins());
  });

  const refused: [title: string, read: () => unknown, reason: RegExp][] = [
    ["no REGISTRY", () => registryFrom({ REGISTRY: "" }), /^REGISTRY is missing: write REGISTRY=host\/path/],
    ["a REGISTRY with a scheme", () => registryFrom({ REGISTRY: "oci://r.example" }), /without "oci:\/\/"/],
    ["a REGISTRY with a space", () => registryFrom({ REGISTRY: "r.example/a b" }), /is a host and a path/],
    [
      "an unknown LAYOUT",
      () => layoutFrom({ LAYOUT: "zip" }),
      /^LAYOUT is one of compat, artifact, higress, not "zip"$/,
    ],
    ["a TAG that no registry takes", () => tagFrom({ TAG: "a/b" }, "1"), /^TAG is letters, .* not "a\/b"$/],
    ["no REF", () => referenceFrom({}), /^REF is missing: write REF=host\/path\/plugin:tag/],
    ["an unknown P", () => pluginsOf({ P: "nope" }), /^no plugin "nope"; there is ai-/],
  ];
  for (const [title, read, reason] of refused) {
    it(`refuse ${title}`, () => assert.throws(read, { message: reason }));
  }

  it("end the command with one line and exit code 1", async () => {
    const { status, lines, errors } = await runTool("tools/image.ts", ["push"], { REGISTRY: "" });
    assert.deepEqual([status, lines.length, errors.length], [1, 0, 1]);
    assert.match(errors[0], /^push: REGISTRY is missing: /);
  });
});
