// SPDX-License-Identifier: Apache-2.0
// Images of all plugins in all layouts: pushed by the command that users run, pulled back, loaded in Envoy.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import { firstConfiguration } from "../../tools/filter-entry.ts";
import { hasGo } from "../../tools/go-program.ts";
import { pushImage, verifyImage } from "../../tools/image/commands.ts";
import { LAYOUTS, type Layout } from "../../tools/image/image.ts";
import { findPlugins, root } from "../../tools/plugins.ts";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter, type EnvoyConfig } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { filesOf, pull, sha256, type PulledImage } from "../harness/pulled-image.ts";
import { runTool, type Outcome } from "../harness/run-tool.ts";
import { startChangedRegistry, startRegistry, type Change, type Registry } from "../harness/registry.ts";
import type { HeaderPair } from "../providers/types.ts";

const ARCHIVE = "application/vnd.oci.image.layer.v1.tar+gzip";
const plugins = findPlugins();
const builtModule = (plugin: string): Buffer => readFileSync(join(root, `build/${plugin}.wasm`));
const schemaOf = (plugin: string): Record<string, string> =>
  JSON.parse(readFileSync(join(root, `plugins/${plugin}/schema.json`), "utf8")) as Record<string, string>;

/** redis-bridge makes a message of every body; Envoy ends it where the `content-length` of the body says. */
const FRAMED: Record<string, string> = { "redis-bridge": "\0\0\0\0\x06s" };

const runImage = (command: string, variables: Record<string, string>): Promise<Outcome> =>
  runTool("tools/image.ts", [command], {
    P: "",
    LAYOUT: "",
    TAG: "",
    SOURCE: "https://git.example.com/plugins",
    ...variables,
  });

describe("images", { skip: hasGo() ? false : "Go, which installs crane, is not on PATH" }, () => {
  let registry: Registry;
  const pushed = new Map<Layout, Outcome>();
  before(async () => {
    registry = await startRegistry();
    for (const layout of LAYOUTS) {
      const REGISTRY = `${registry.host}/${layout}`;
      pushed.set(layout, await runImage("push", { REGISTRY, LAYOUT: layout }));
    }
  });
  after(() => registry?.stop());

  const pulled = (layout: Layout, plugin: string): Promise<PulledImage> =>
    pull(registry.host, `${layout}/${plugin}`, schemaOf(plugin)["x-version"]);

  describe("in a registry", () => {
    for (const layout of LAYOUTS) {
      it(`are all pushed in the layout ${layout}`, () => {
        const { status, lines, errors } = pushed.get(layout) as Outcome;
        assert.deepEqual(errors, []);
        assert.equal(status, 0);
        assert.equal(lines.length, plugins.length);
      });
    }

    for (const { name } of plugins) {
      it(`say what they are: ${name}`, async () => {
        for (const layout of LAYOUTS) {
          const { manifest, digest } = await pulled(layout, name);
          assert.equal(manifest.mediaType, "application/vnd.oci.image.manifest.v1+json");
          const { "module.wasm.image/variant": variant, ...annotations } = manifest.annotations ?? {};
          assert.deepEqual(annotations, {
            "org.opencontainers.image.title": name,
            "org.opencontainers.image.description": schemaOf(name).description,
            "org.opencontainers.image.version": schemaOf(name)["x-version"],
            "org.opencontainers.image.licenses": "Apache-2.0",
            "org.opencontainers.image.source": "https://git.example.com/plugins",
          });
          assert.equal(variant, layout === "compat" ? "compat" : undefined);
          const line = pushed.get(layout)?.lines.find((text) => text.includes(`/${name}@`)) ?? "";
          assert.ok(line.startsWith(`${registry.host}/${layout}/${name}@${digest} `), line);
        }
      });

      it(`has plugin.wasm in the one layer of ${name} in the layout compat`, async () => {
        const { manifest, config, layers } = await pulled("compat", name);
        assert.equal(manifest.config.mediaType, "application/vnd.oci.image.config.v1+json");
        assert.deepEqual(types(layers), [ARCHIVE]);
        const { rootfs } = JSON.parse(config.toString()) as { rootfs: { diff_ids: string[] } };
        assert.equal(rootfs.diff_ids.length, 1);
        assertArchive(layers[0].bytes, name);
      });

      it(`has the raw module as one of two layers of ${name} in the layout artifact`, async () => {
        const { manifest, layers } = await pulled("artifact", name);
        const runtime = "application/vnd.module.wasm.config.v1+json";
        assert.equal(manifest.config.mediaType, runtime);
        assert.deepEqual(types(layers), [runtime, "application/vnd.module.wasm.content.layer.v1+wasm"]);
        assert.deepEqual(JSON.parse(layers[0].bytes.toString()), {
          type: "envoy_proxy",
          abiVersions: ["0.2.1"],
          config: { root_ids: [name] },
        });
        assert.ok(layers[1].bytes.equals(builtModule(name)));
      });

      it(`has spec.yaml and README.md before plugin.wasm of ${name} in the layout higress`, async () => {
        const { layers } = await pulled("higress", name);
        const [spec, readme] = ["spec.v1+yaml", "doc.v1+markdown"].map((type) => `application/vnd.module.wasm.${type}`);
        assert.deepEqual(types(layers), [spec, readme, ARCHIVE]);
        assert.equal((parse(layers[0].bytes.toString()) as { info: { name: string } }).info.name, name);
        assert.ok(layers[1].bytes.equals(readFileSync(join(root, `plugins/${name}/README.md`))));
        assertArchive(layers[2].bytes, name);
      });
    }

    it("are verified", async () => {
      for (const layout of LAYOUTS) {
        const { digest } = await pulled(layout, "key-auth");
        const REF = `oci://${registry.host}/${layout}/key-auth@${digest}`;
        const { status, lines, errors } = await runImage("verify-image", { REF });
        assert.deepEqual(errors, []);
        assert.equal(status, 0);
        const module = sha256(builtModule("key-auth"));
        assert.equal(lines[0], `${REF.slice(6)}  ${digest}  layout ${layout}, module ${module}`);
      }
    });
  });

  describe("that are wrong end with one line:", () => {
    const version = schemaOf("key-auth")["x-version"];
    const push = (host: string): Promise<string> =>
      pushImage(findPlugins("key-auth")[0], "compat", undefined, `${host}/x/key-auth:1`);
    /** Runs `work` behind a registry whose answers `change` changes. */
    const behind = async (change: Change, work: (host: string) => Promise<unknown>): Promise<void> => {
      const other = await startChangedRegistry(registry.host, change);
      await work(other.host).finally(() => other.stop());
    };

    it("a tag that is not there", () =>
      assert.rejects(verifyImage(`${registry.host}/compat/key-auth:9.9.9`), line(/^cannot pull .*MANIFEST_UNKNOWN/)));
    it("a digest that is not there", () =>
      assert.rejects(
        verifyImage(`${registry.host}/compat/key-auth@sha256:${"0".repeat(64)}`),
        line(/^cannot pull .*MANIFEST_UNKNOWN/),
      ));
    it("no registry", () =>
      assert.rejects(push("127.0.0.1:1"), line(/^cannot push 127\.0\.0\.1:1\/x\/key-auth:1: .*refused/)));

    it("a registry that refuses the push", () => {
      const body = Buffer.from('{"errors":[{"code":"DENIED","message":"not yours"}]}');
      return behind(
        () => ({ status: 403, body }),
        (host) => assert.rejects(push(host), line(/^cannot push .*DENIED: not yours/)),
      );
    });

    it("a layer that is not what its digest says", () =>
      behind(
        (path, body) => {
          const tampered = Buffer.from(body);
          if (path.includes("/blobs/")) tampered[tampered.length >> 1] ^= 1;
          return { body: tampered };
        },
        (host) => assert.rejects(verifyImage(`${host}/artifact/key-auth:${version}`), line(/^cannot pull .*verif/)),
      ));

    it("a manifest that no gateway loads", () =>
      behind(
        (path, body) => ({
          body: path.includes("/manifests/") ? Buffer.from(body.toString().replaceAll("content.layer", "other")) : body,
        }),
        (host) =>
          assert.rejects(
            verifyImage(`${host}/artifact/key-auth:${version}`),
            line(/^the image has neither a last layer/),
          ),
      ));

    it("another module under the plugin's name, and exit code 1", async () => {
      const [keyAuth] = findPlugins("key-auth");
      const REF = `${registry.host}/other/key-auth:0`;
      await pushImage({ ...keyAuth, wasm: "build/request-block.wasm" }, "higress", undefined, REF);
      const { status, errors } = await runImage("verify-image", { REF });
      assert.equal(status, 1);
      assert.equal(errors.length, 1, errors.join("\n"));
      assert.match(
        errors[0],
        /^verify-image: the image has the module sha256:\w+, build\/key-auth\.wasm is sha256:\w+; the image has the digest/,
      );
    });
  });

  describe("in Envoy", () => {
    let folder: string;
    let envoy: EnvoyProcess;
    let modules: Server;
    const served: string[] = [];
    before(async () => {
      mkdirSync(join(root, "tests/.tmp"), { recursive: true });
      folder = mkdtempSync(join(root, "tests/.tmp/images-"));
      modules = createServer((request, response) => {
        served.push(request.url ?? "");
        response.end(readFileSync(join(folder, (request.url ?? "").slice(1))));
      });
      await new Promise<void>((done) => modules.listen(0, "127.0.0.1", done));
      for (const [index, { name }] of plugins.entries()) {
        const { layers } = await pulled(LAYOUTS[index % LAYOUTS.length], name);
        const last = layers.at(-1)?.bytes as Buffer;
        const module = layers.at(-1)?.descriptor.mediaType === ARCHIVE ? filesOf(last).get("plugin.wasm") : last;
        writeFileSync(join(folder, `${name}.wasm`), module as Buffer);
      }
      const { port } = modules.address() as AddressInfo;
      const listeners = [
        ...plugins.map(({ name }) => listenerWith(name, localFilter(folder, name))),
        listenerWith("remote", remoteFilter(sha256(readFileSync(join(folder, "key-auth.wasm"))).slice(7))),
        listenerWith("remote-tampered", remoteFilter("0".repeat(64))),
      ];
      envoy = await startEnvoy(bootstrapFor(listeners, [clusterFor({ name: "modules", port })]), {
        wasmLogLevel: "info",
      });
    });
    after(async () => {
      await envoy?.stop();
      await new Promise((done) => (modules ? modules.close(done) : done(null)));
      if (folder) rmSync(folder, { recursive: true, force: true });
    });

    const get = (listener: string, headers: HeaderPair[] = []): Promise<ClientResponse> =>
      send(envoy.listenerPorts[listener], {
        method: "GET",
        path: "/",
        authority: "other.example",
        headers,
        chunks: [],
      });

    for (const { name } of plugins) {
      it(`serve a request: ${name}`, async () => {
        const { status, body } = await get(name);
        assert.equal(status, 200, body.toString());
        assert.equal(body.toString(), FRAMED[name] ?? "served");
        const version = `${name}: version ${schemaOf(name)["x-version"]}`;
        assert.ok(
          envoy.logs().some((line) => line.includes(version)),
          `no line says "${version}"`,
        );
      });
    }

    it("are fetched over HTTP with their sha256", async () => {
      assert.equal((await get("remote")).status, 401);
      assert.equal((await get("remote", [["x-api-key", "k"]])).status, 200);
      assert.ok(served.includes("/key-auth.wasm"));
    });

    it("are not used with another sha256", async () => {
      assert.equal((await get("remote-tampered", [["x-api-key", "k"]])).status, 503);
    });
  });
});

/** An error of one line that matches. */
const line = (reason: RegExp) => (error: Error) => !error.message.includes("\n") && reason.test(error.message);

const types = (layers: PulledImage["layers"]): string[] => layers.map(({ descriptor }) => descriptor.mediaType);

function assertArchive(bytes: Buffer, plugin: string): void {
  const files = filesOf(bytes);
  assert.deepEqual([...files.keys()], ["plugin.wasm"]);
  assert.ok(files.get("plugin.wasm")?.equals(builtModule(plugin)));
}

/** The plugin with the configuration of its README for another host: it runs, and lets the request pass. */
function localFilter(folder: string, plugin: string): EnvoyConfig {
  const rule = { ...(firstConfiguration(plugin) as object), _match_domain_: ["gateway.example"] };
  const wasm = join(folder, `${plugin}.wasm`);
  return wasmFilter({ plugin, wasm, configuration: JSON.stringify({ _rules_: [rule] }) });
}

function remoteFilter(digest: string): EnvoyConfig {
  const configuration = JSON.stringify({ keys: ["x-api-key"], consumers: [{ name: "a", credential: "k" }] });
  const filter = wasmFilter({ plugin: "key-auth", wasm: "", configuration, vmId: digest });
  const { config } = filter.typed_config as { config: { vm_config: EnvoyConfig } };
  const uri = { uri: "http://modules.example/key-auth.wasm", cluster: "modules", timeout: "10s" };
  config.vm_config.code = { remote: { http_uri: uri, sha256: digest, retry_policy: { num_retries: 0 } } };
  return filter;
}

function listenerWith(name: string, filter: EnvoyConfig): EnvoyConfig {
  const route = routeFor({ name: "all", cluster: "", direct: { status: 200, body: "served" } });
  return listenerFor({ name, routes: [route], downstream: [filter] });
}
