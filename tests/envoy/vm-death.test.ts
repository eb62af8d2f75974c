// SPDX-License-Identifier: Apache-2.0
// A VM that traps does not remove its counts from shared data. Its lease expires.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { compile } from "../../tools/compile.ts";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const WASM = "build/test/crash.wasm";
const LEASE_MS = 20_000;

describe("open streams of a VM that traps", () => {
  let envoy: EnvoyProcess;
  let provider: RunningServer;

  before(async () => {
    // The build skips the compiler if only a plugin has changed.
    rmSync(resolve(import.meta.dirname, "../..", WASM), { force: true });
    await compile({ entry: "tests/envoy/crash/assembly/index.ts", out: WASM, optimized: false });
    provider = await serve(({ path }) => ({
      status: 200,
      headers: [],
      chunks: [Buffer.from("part")],
      end: path === "/hang" ? "hang" : "clean",
    }));
    const configuration = JSON.stringify({ limit_by_header: "x-key", limit_keys: [{ key: "*", concurrent: 2 }] });
    const listener = listenerFor({
      name: "gateway",
      routes: [routeFor({ name: "default", cluster: "provider" })],
      downstream: [wasmFilter({ plugin: "key-rate-limit", wasm: WASM, configuration })],
    });
    envoy = await startEnvoy(bootstrapFor([listener], [clusterFor({ name: "provider", port: provider.port })]));
  });
  after(async () => {
    await envoy?.stop();
    await provider?.close();
  });

  const many = Array.from({ length: 60 }, (_, index): [string, string] => [`x-${index}`, "v"]);

  function ask(key: string, path: string, more: [string, string][] = []): Promise<ClientResponse> {
    const headers: [string, string][] = [["x-key", key], ...more];
    return send(envoy.listenerPorts.gateway, {
      method: "GET",
      path,
      authority: "gateway.example",
      headers,
      chunks: [],
    });
  }

  it("are released when its lease ends, and not before", async () => {
    const hanging = [ask("a", "/hang"), ask("a", "/hang")];
    while ((await ask("a", "/response")).status !== 429) await sleep(10);
    let isDead = false;
    const beforeChunk = async (index: number): Promise<void> => {
      while (index && !isDead) await sleep(10);
    };
    const chunks = [Buffer.from("a"), Buffer.from("b")];
    const request = { method: "POST", path: "/response", authority: "gateway.example", headers: [], chunks };
    const uploading = send(envoy.listenerPorts.gateway, request, { beforeChunk });
    assert.equal((await ask("a", "/response", many)).status, 503);
    const died = Date.now();
    isDead = true;
    assert.equal((await uploading).status, 503, "as on the Node host, the next callback finds the VM dead");
    // Envoy creates a new VM after about a second.
    const statuses: number[] = [];
    for (let status = 0; status !== 200; await sleep(250)) {
      ({ status } = await ask("a", "/response"));
      assert.ok([503, 429, 200].includes(status), `${status}`);
      assert.ok(status !== 200 || Date.now() - died > LEASE_MS - 5_000, `after ${Date.now() - died} ms`);
      assert.ok(Date.now() - died < 3 * LEASE_MS, "never came back");
      if (statuses.at(-1) !== status) statuses.push(status);
    }
    assert.deepEqual(statuses.slice(-2), [429, 200]);
    await Promise.all(hanging);
  });
});
