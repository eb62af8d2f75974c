// SPDX-License-Identifier: Apache-2.0
// envoy/dynamic: configurations that change while Envoy runs. tests/envoy/long-lived.test.ts has both positions of the plugin, and WebSockets.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import type { Bootstrap } from "../../tools/gateway/bootstrap.ts";
import { leadToLoopback } from "../../tools/gateway/config.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";

const STREAMS = 200;
const RELOADS = 100;
const SETTLED = 20;
const shipped = (name: string): string =>
  readFileSync(resolve(import.meta.dirname, "../../envoy/dynamic", name), "utf8");
const EVENT = (text: string): string => `data: {"choices":[{"index":0,"delta":{"content":"${text}"}}]}\n\n`;

/** What Envoy has of a process in memory, in KB. */
const memoryOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);

describe("envoy/dynamic", () => {
  let envoy: EnvoyProcess;
  let provider: Server;
  const folder = mkdtempSync(join(tmpdir(), "dynamic-"));
  const held: ServerResponse[] = [];

  before(async () => {
    provider = createServer((incoming, outgoing) => void respond(incoming, outgoing));
    await new Promise<void>((done) => provider.listen(0, "127.0.0.1", done));
    for (const name of ["routes.yaml", "ai-proxy.yaml"]) writeFileSync(join(folder, name), shipped(name));
    const bootstrap = parse(shipped("envoy.yaml").replaceAll("envoy/dynamic/", `${folder}/`)) as Bootstrap;
    leadToLoopback(bootstrap.static_resources.clusters[0], (provider.address() as AddressInfo).port);
    envoy = await startEnvoy(bootstrap as unknown as Record<string, unknown>, { wasmLogLevel: "warning" });
  });
  after(async () => {
    await envoy?.stop();
    provider?.closeAllConnections();
    provider?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Sends an event with the model that was asked for, and leaves the end to the test if the client wants it so. */
  async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    const { model } = JSON.parse(Buffer.concat(pieces).toString()) as { model: string };
    outgoing.writeHead(200, { "content-type": "text/event-stream" }).write(EVENT(model));
    if (incoming.headers["x-hold"]) held.push(outgoing);
    else outgoing.end("data: [DONE]\n\n");
  }

  async function open(path: string, headers: Record<string, string> = {}) {
    const client = request({
      ...{ host: "127.0.0.1", port: envoy.listenerPorts.gateway, method: "POST", agent: false, path },
      headers: { "content-type": "application/json", ...headers },
    });
    client.end(JSON.stringify({ model: "gpt-4o", stream: true, messages: [{ role: "user", content: "hi" }] }));
    const [response] = (await once(client, "response")) as [IncomingMessage];
    let body = "";
    response.on("data", (piece: Buffer) => (body += piece.toString()));
    const ended = once(response, "close").then(() => ({ complete: response.complete, body }));
    return { ended };
  }
  /** The model that a new request is mapped to. */
  async function modelNow(path = "/v1/chat/completions"): Promise<string> {
    const { body } = await (await open(path)).ended;
    return /"content":"([^"]*)"/.exec(body)?.[1] ?? body;
  }

  const changed = (name: string, from: string, to: string): string => shipped(name).replaceAll(from, to);
  /** As `mv` does, from the same folder. */
  function move(name: string, text: string): void {
    writeFileSync(join(folder, `${name}.new`), text);
    renameSync(join(folder, `${name}.new`), join(folder, name));
  }
  async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
    for (let attempt = 0; attempt < 1500; attempt++, await sleep(20)) if (await holds()) return;
    assert.fail(`${what}\n${envoy.logs().slice(-5).join("\n")}`);
  }
  const counted = async (end: string): Promise<number> =>
    Object.entries(await envoy.stats("upstream_http_filter")).reduce(
      (sum, [name, n]) => sum + (name.endsWith(end) ? n : 0),
      0,
    );

  it("reads a file that is moved to the path, and none that is written in place", async () => {
    assert.equal(await modelNow(), "qwen-turbo");
    writeFileSync(join(folder, "ai-proxy.yaml"), changed("ai-proxy.yaml", "qwen-turbo", "in-place"));
    writeFileSync(join(folder, "routes.yaml"), changed("routes.yaml", "qwen-long", "in-place"));
    for (let i = 0; i < 20; i++, await sleep(50)) {
      assert.equal(await modelNow(), "qwen-turbo");
      assert.equal(await modelNow("/long/v1/chat/completions"), "qwen-long");
    }
    move("ai-proxy.yaml", changed("ai-proxy.yaml", "qwen-turbo", "moved"));
    move("routes.yaml", changed("routes.yaml", "qwen-long", "moved-long"));
    await until(async () => (await modelNow()) === "moved", "the filter did not change");
    await until(
      async () => (await modelNow("/long/v1/chat/completions")) === "moved-long",
      "the routes did not change",
    );
  });

  it("keeps the configuration if the new one is refused", async () => {
    const before = await counted("config_fail");
    move("ai-proxy.yaml", changed("ai-proxy.yaml", "modelMapping", "modelMaping"));
    await until(async () => (await counted("config_fail")) > before, "the configuration was not refused");
    assert.equal(await modelNow(), "moved");
    assert.ok(envoy.logs().some((line) => line.includes("modelMaping")));
  });

  it(`changes ${RELOADS} times under load, drops none of ${STREAMS} open streams, and its memory does not grow`, async () => {
    const streams = await Promise.all(
      Array.from({ length: STREAMS }, () => open("/v1/chat/completions", { "x-hold": "1" })),
    );
    let settled = 0;
    for (let reload = 1; reload <= RELOADS; reload++) {
      const reloads = await counted("config_reload");
      move("ai-proxy.yaml", changed("ai-proxy.yaml", "qwen-turbo", `model-${reload}`));
      await until(async () => {
        await modelNow();
        return (await counted("config_reload")) > reloads;
      }, "the configuration did not change");
      if (reload === SETTLED) settled = memoryOf(envoy.pid);
    }
    await until(async () => (await modelNow()) === `model-${RELOADS}`, "the last configuration did not arrive");
    const memory = memoryOf(envoy.pid);
    assert.ok(memory <= 1.1 * settled, `${memory} KB after ${RELOADS} reloads, ${settled} KB after ${SETTLED}`);

    assert.equal(held.length, STREAMS);
    for (const response of held.splice(0)) response.end(`${EVENT("end")}data: [DONE]\n\n`);
    for (const { ended } of streams) {
      const { complete, body } = await ended;
      assert.ok(complete, body);
      assert.match(body, /"content":"moved"[\s\S]*"content":"end"[\s\S]*data: \[DONE\]\n\n$/);
      assert.doesNotMatch(body, /error/);
    }
  });
});
