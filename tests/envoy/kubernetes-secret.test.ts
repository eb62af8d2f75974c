// SPDX-License-Identifier: Apache-2.0
// examples/kubernetes/envoy/gateway.yaml: the API key of a mounted Secret changes as the kubelet changes it, with a stream open.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { root } from "../../tools/plugins.ts";
import { clusterFor, type EnvoyConfig } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { resourcesIn } from "../harness/kubernetes.ts";

const FILE = "examples/kubernetes/envoy/gateway.yaml";
const MOUNT = "/etc/ai-gateway/secrets";
const MODULE = "/opt/ai-gateway/ai-proxy/plugin.wasm";

describe("a Secret that is mounted in Envoy's pod", () => {
  const [secret, config, deployment] = resourcesIn(FILE) as unknown as [
    { stringData: Record<string, string> },
    { data: Record<string, string> },
    { spec: { template: { spec: { containers: [{ volumeMounts: { mountPath: string }[] }] } } } },
  ];
  const keys: string[] = [];
  const held: ServerResponse[] = [];
  let folder: string;
  let provider: Server;
  let envoy: EnvoyProcess;

  before(async () => {
    mkdirSync(join(root, "tests/.tmp"), { recursive: true });
    folder = mkdtempSync(join(root, "tests/.tmp/secret-"));
    provider = createServer((incoming, response) => {
      keys.push(incoming.headers.authorization ?? "");
      incoming.resume().on("end", () => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write('data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n');
        held.push(response);
      });
    });
    await new Promise<void>((done) => provider.listen(0, "127.0.0.1", done));
    mount("sk-first");
    const text = config.data["envoy.yaml"];
    assert.ok(text.includes(MOUNT));
    const bootstrap = parse(text.replaceAll(MOUNT, folder)) as { static_resources: { clusters: EnvoyConfig[] } };
    const { port } = provider.address() as AddressInfo;
    bootstrap.static_resources.clusters = [clusterFor({ name: "openai", port })];
    envoy = await startEnvoy(bootstrap as unknown as EnvoyConfig);
  });
  after(async () => {
    await envoy?.stop();
    provider?.closeAllConnections();
    await new Promise((done) => (provider ? provider.close(done) : done(null)));
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  let generation = 0;

  /**
   * Writes the Secret's files as the kubelet does: into a new directory, to which the link `..data` is moved.
   * https://github.com/kubernetes/kubernetes/blob/master/pkg/volume/util/atomic_writer.go
   */
  function mount(key: string): void {
    const directory = `..generation-${++generation}`;
    mkdirSync(join(folder, directory));
    for (const [name, text] of Object.entries(secret.stringData)) {
      const filled = text.replace("YOUR_OPENAI_API_KEY", key).replace(MODULE, join(root, "build/ai-proxy.wasm"));
      assert.notEqual(filled, text);
      writeFileSync(join(folder, directory, name), filled);
      if (generation === 1) symlinkSync(`..data/${name}`, join(folder, name));
    }
    symlinkSync(directory, join(folder, "..data_tmp"));
    renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
  }

  async function chat(): Promise<IncomingMessage> {
    const { gateway: port } = envoy.listenerPorts;
    const client = request({ host: "127.0.0.1", port, path: "/v1/chat/completions", method: "POST" });
    client.end(JSON.stringify({ model: "gpt-4o", stream: true, messages: [{ role: "user", content: "hi" }] }));
    const [response] = (await once(client, "response")) as [IncomingMessage];
    return response;
  }

  /** Ends the stream at the provider and returns all of it. */
  async function finish(response: IncomingMessage, upstream: ServerResponse): Promise<string> {
    upstream.end("data: [DONE]\n\n");
    let text = "";
    for await (const piece of response) text += String(piece);
    return text;
  }

  it("gives new requests the new key, and open streams go on", async () => {
    const open = await chat();
    assert.equal(open.statusCode, 200);
    const ofOpen = held[0];
    assert.deepEqual(keys, ["Bearer sk-first"]);

    mount("sk-second");
    for (let attempt = 0; attempt < 500 && keys.at(-1) !== "Bearer sk-second"; attempt++) {
      const response = await chat();
      await finish(response, held.at(-1) as ServerResponse);
      await sleep(20);
    }
    assert.equal(keys.at(-1), "Bearer sk-second");
    assert.match(await finish(open, ofOpen), /"content":"a".*\[DONE\]/s);
  });

  it("is mounted where Envoy reads it, without a subPath", () => {
    const mounts = deployment.spec.template.spec.containers[0].volumeMounts;
    assert.ok(mounts.some(({ mountPath }) => mountPath === MOUNT));
    assert.ok(mounts.some(({ mountPath }) => MODULE.startsWith(mountPath)));
    assert.ok(mounts.every((one) => !("subPath" in one)));
  });
});
