// SPDX-License-Identifier: Apache-2.0
// docs/secrets.md and docs/in-your-envoy.md with stock Envoy: an API key that changes in a file while streams are open,
// and a module from a server.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../../tools/plugins.ts";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import type { EnvoyConfig } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";

const PLUGIN = "ai-proxy";
const wasm = join(root, "build/ai-proxy.wasm");
const node = { id: "gateway", cluster: "gateway" };

/** The filter entry of the plugin with one API key. */
const filterWith = (apiToken: string): EnvoyConfig =>
  wasmFilter({ plugin: PLUGIN, wasm, configuration: JSON.stringify({ provider: { type: "openai", apiToken } }) });

async function listening(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return (server.address() as AddressInfo).port;
}

async function ask(envoy: EnvoyProcess, stream = false): Promise<IncomingMessage> {
  const client = request({
    ...{ host: "127.0.0.1", port: envoy.listenerPorts.gateway, path: "/v1/chat/completions", method: "POST" },
    headers: { "content-type": "application/json" },
  });
  client.end(JSON.stringify({ model: "gpt-4", stream, messages: [{ role: "user", content: "hi" }] }));
  return (await once(client, "response"))[0] as IncomingMessage;
}

describe("an API key in a separate file", () => {
  const folder = mkdtempSync(join(tmpdir(), "secrets-"));
  const file = join(folder, "ai-proxy.json");
  const keys: string[] = [];
  const held: ServerResponse[] = [];
  let server: Server;
  let envoy: EnvoyProcess;

  /** Moves a new file over the old one, as the guide describes. */
  function write(filter: EnvoyConfig): void {
    const resource = { "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig", ...filter };
    writeFileSync(`${file}.new`, JSON.stringify({ version_info: "1", resources: [resource] }), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  async function untilServed(key: string): Promise<void> {
    for (let attempt = 0; attempt < 250; attempt++) {
      (await ask(envoy)).resume();
      if (keys.at(-1) === `Bearer ${key}`) return;
      await sleep(20);
    }
    assert.fail(`no request went out with the new key: ${envoy.logs().slice(-5).join("\n")}`);
  }

  before(async () => {
    server = createServer((incoming, outgoing) => {
      const pieces: Buffer[] = [];
      incoming.on("data", (piece: Buffer) => pieces.push(piece));
      incoming.on("end", () => {
        keys.push(String(incoming.headers.authorization));
        const { stream } = JSON.parse(Buffer.concat(pieces).toString()) as { stream: boolean };
        outgoing.writeHead(200, { "content-type": stream ? "text/event-stream" : "application/json" });
        if (!stream) return void outgoing.end("{}");
        outgoing.write('data: {"choices":[{"index":0,"delta":{"content":"first "}}]}\n\n');
        held.push(outgoing);
      });
    });
    const port = await listening(server);
    write(filterWith("sk-test-old"));
    const source = {
      name: PLUGIN,
      config_discovery: {
        config_source: { path_config_source: { path: file, watched_directory: { path: folder } } },
        type_urls: ["type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm"],
      },
    };
    const listener = listenerFor({
      name: "gateway",
      routes: [routeFor({ name: "all", cluster: "provider" })],
      upstream: [source],
    });
    envoy = await startEnvoy({ ...bootstrapFor([listener], [clusterFor({ name: "provider", port })]), node });
  });
  after(async () => {
    await envoy?.stop();
    server?.closeAllConnections();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("changes for new requests, and an open stream continues", async () => {
    const stream = await ask(envoy, true);
    const pieces: Buffer[] = [];
    stream.on("data", (piece: Buffer) => pieces.push(piece));
    await once(stream, "data");
    assert.equal(keys.at(-1), "Bearer sk-test-old");
    write(filterWith("sk-test-new"));
    await untilServed("sk-test-new");
    held[0].end(
      'data: {"choices":[{"index":0,"delta":{"content":"second"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
    );
    await once(stream, "end");
    assert.ok(stream.complete);
    assert.match(Buffer.concat(pieces).toString(), /first [\s\S]*second[\s\S]*\[DONE\]/);
  });

  it("stays unchanged if the new file is refused, by Envoy or by the plugin", async () => {
    const before = envoy.logs().length;
    write(filterWith(""));
    for (let attempt = 0; attempt < 250; attempt++) {
      if (
        envoy
          .logs()
          .slice(before)
          .some((line) => line.includes("$.provider.apiToken must not be empty"))
      )
        break;
      await sleep(20);
    }
    assert.match(envoy.logs().slice(before).join("\n"), /\$\.provider\.apiToken must not be empty/);
    assert.equal((await ask(envoy)).resume().statusCode, 200);
    assert.equal(keys.at(-1), "Bearer sk-test-new");
  });

  it("writes neither key to the log", () => {
    assert.doesNotMatch(envoy.logs().join("\n"), /sk-test-(old|new)/);
  });
});

describe("a module from a server", () => {
  const bytes = readFileSync(wasm);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  let server: Server;
  let authorization: string | undefined;
  let fetched = 0;
  let port = 0;

  before(async () => {
    server = createServer((incoming, outgoing) => {
      if (incoming.url === "/ai-proxy.wasm") fetched++;
      authorization = incoming.headers.authorization;
      outgoing.end(incoming.url === "/ai-proxy.wasm" ? bytes : `key ${authorization}`);
    });
    port = await listening(server);
  });
  after(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function started(sum: string): Promise<EnvoyProcess> {
    const filter = filterWith("sk-test-key") as { name: string; typed_config: { config: { vm_config: EnvoyConfig } } };
    filter.typed_config.config.vm_config.code = {
      remote: {
        http_uri: { uri: "http://modules.internal/ai-proxy.wasm", cluster: "provider", timeout: "10s" },
        sha256: sum,
      },
    };
    const routes = [routeFor({ name: "all", cluster: "provider" })];
    const listener = listenerFor({ name: "gateway", routes, upstream: [filter] });
    return startEnvoy({ ...bootstrapFor([listener], [clusterFor({ name: "provider", port })]), node });
  }

  it("is fetched and serves", async () => {
    const envoy = await started(sha256);
    try {
      const response = await ask(envoy);
      const [body] = (await once(response, "data")) as [Buffer];
      assert.equal(response.statusCode, 200);
      assert.equal(authorization, "Bearer sk-test-key");
      assert.equal(body.toString(), "key Bearer ***********", "no client reads the key, not even in an echo");
      assert.ok(fetched > 0);
    } finally {
      await envoy.stop();
    }
  });

  it("lets no request pass if the module does not match sha256", async () => {
    const envoy = await started("0".repeat(64));
    try {
      const response = await ask(envoy);
      response.resume();
      assert.equal(response.statusCode, 503);
    } finally {
      await envoy.stop();
    }
  });
});
