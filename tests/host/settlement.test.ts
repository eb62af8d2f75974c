// SPDX-License-Identifier: Apache-2.0
// Accounts are settled in `onStreamDone` over a gRPC stream of the root context, exactly once each, also for clients that leave; a chunk of a
// response is held for a callout and replaced. On both hosts.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { compile } from "../../tools/compile.ts";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { RootContext } from "./contexts.ts";
import { serveGrpc, type GrpcServer } from "./grpc/server.ts";
import { GrpcPeer } from "./grpc-peer.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

const WASM = "build/test/settlement.wasm";
/** The build whose freed memory is overwritten. */
const POISONED = "build/test/settlement.poisoned.wasm";
const LEAVERS = 200;
const CHUNKS = ["one ", "two? ", "three"];
const REPLACED = "one TWO three";
const SIZE = CHUNKS.join("").length;

const entry = "tests/host/settlement/assembly/index.ts";
const compiled = (out = WASM) =>
  compile({ entry, out, target: out === POISONED ? "poisoned" : "release", optimized: false });

for (const wasm of [WASM, POISONED])
  describe(`settlements on the Node host, ${wasm}`, () => {
    let host: ProxyHost;
    let context: RootContext;
    let ledger: GrpcPeer;

    before(() => compiled(wasm));
    beforeEach(() => {
      host = new ProxyHost(wasm, { logLevel: "warn", clusters: ["upstream", "side", "ledger"] });
      const configured = host.configure("settlement", "{}");
      assert.ok(configured);
      context = configured;
      ledger = new GrpcPeer(host);
    });

    function begin(path: string): HttpStream {
      const stream = host.stream(context);
      stream.requestHeaders(
        [
          [":method", "GET"],
          [":path", path],
          [":authority", "gateway.example"],
        ],
        true,
      );
      stream.responseHeaders([[":status", "200"]], false);
      return stream;
    }

    /** What the ledger was sent on its one stream; each message is answered. */
    function settled(): string[] {
      const [stream] = ledger.streams;
      assert.equal(ledger.streams.length, 1);
      const texts = stream.sent.splice(0).map(String);
      texts.forEach(() => ledger.message(stream, "ok"));
      return texts;
    }

    it("send what passed, and replace the chunk that was held", () => {
      const stream = begin("/whole");
      for (const chunk of CHUNKS.slice(0, 2)) stream.responseBody(Buffer.from(chunk), false);
      assert.equal(stream.client.bodyBytes.toString(), "one ");
      const [call] = host.callouts;
      assert.equal(call.kind === "http" && call.body.toString(), "two? ");
      host.answer(call, { body: "TWO " });
      stream.responseBody(Buffer.from(CHUNKS[2]), true);
      assert.equal(stream.client.bodyBytes.toString(), REPLACED);
      assert.deepEqual(settled(), [`/whole ${SIZE}`]);
    });

    it("release the held chunk unchanged if the callout's response is larger than 64 MiB", () => {
      const stream = begin("/large");
      stream.responseBody(Buffer.from(CHUNKS[1]), true);
      host.answer(host.callouts[0], { body: Buffer.alloc((64 << 20) + 1) });
      assert.equal(stream.client.bodyBytes.toString(), CHUNKS[1]);
      assert.ok(host.vm.memory.byteLength < 4 << 20);
    });

    it("are sent for clients that leave, also while a chunk is held", () => {
      begin("/before").clientReset();
      const stream = begin("/held");
      for (const chunk of CHUNKS) stream.responseBody(Buffer.from(chunk), false);
      stream.clientReset();
      assert.deepEqual(settled(), ["/before 0", "/held 9"]);
      for (const call of host.callouts) host.answer(call, { body: "late" });
      host.check();
    });

    it(`are sent once for each of ${LEAVERS} clients`, () => {
      for (let number = 0; number < LEAVERS; number++) begin(`/${number}`).clientReset();
      assert.deepEqual(
        settled(),
        Array.from({ length: LEAVERS }, (_, number) => `/${number} 0`),
      );
    });

    it("go on over a new stream where the ledger broke off", () => {
      begin("/a").clientReset();
      ledger.reset(ledger.streams[0]);
      assert.match(host.vm.logs.at(-1)?.text ?? "", /ledger closed 13, 1 without an answer/);
      begin("/b").clientReset();
      assert.deepEqual(settled(), ["/b 0"]);
    });

    it("give up a ledger that does not answer, and ask for no tick where nothing waits", () => {
      begin("/a").clientReset();
      assert.equal(context.tickPeriodMs, 50);
      host.advance(2100);
      assert.match(host.vm.logs.at(-1)?.text ?? "", /ledger closed 4, 1 without an answer/);
      assert.deepEqual([context.tickPeriodMs, host.vm.grpcStreams.size], [0, 0]);
      begin("/b").clientReset();
      assert.deepEqual(settled(), ["/b 0"]);
      host.advance(50);
      assert.equal(context.tickPeriodMs, 0);
    });
  });

describe("settlements in Envoy", () => {
  let envoy: EnvoyProcess;
  let servers: RunningServer[] = [];
  let ledger: GrpcServer;

  before(async () => {
    await compiled();
    ledger = await serveGrpc();
    servers = await Promise.all([
      serve(({ path }) => ({
        status: 200,
        headers: [],
        chunks: CHUNKS.slice(0, path === "/hang" ? 1 : 3).map((chunk) => Buffer.from(chunk)),
        delayMs: 30,
        end: path === "/hang" ? "hang" : "clean",
      })),
      serve(() => ({ status: 200, headers: [], chunks: [Buffer.from("TWO ")] })),
    ]);
    const clusters = [
      clusterFor({ name: "upstream", port: servers[0].port }),
      clusterFor({ name: "side", port: servers[1].port }),
      clusterFor({ name: "ledger", port: ledger.port, http2: true }),
    ];
    const listener = listenerFor({
      name: "gateway",
      routes: [routeFor({ name: "default", cluster: "upstream" })],
      downstream: [wasmFilter({ plugin: "settlement", wasm: WASM, configuration: "{}" })],
    });
    envoy = await startEnvoy(bootstrapFor([listener], clusters));
  });
  after(async () => {
    await envoy?.stop();
    await Promise.all([ledger?.close(), ...servers.map((server) => server.close())]);
  });

  function get(path: string, leaves = false): Promise<ClientResponse> {
    const request = { method: "GET", path, authority: "gateway.example", headers: [], chunks: [] };
    return send(envoy.listenerPorts.gateway, request, leaves ? { leaveWhen: (body) => body.length > 0 } : {});
  }

  async function settled(count: number): Promise<string[]> {
    for (let attempt = 0; attempt < 400 && ledger.seen.length < count; attempt++) await sleep(25);
    return ledger.seen.splice(0);
  }

  it("send what passed, and replace the chunk that was held", async () => {
    assert.equal((await get("/whole")).body.toString(), REPLACED);
    assert.deepEqual(await settled(1), [`Ledger /whole ${SIZE}`]);
  });

  it(`are sent once for each of ${LEAVERS} clients that leave`, async () => {
    for (let sent = 0; sent < LEAVERS; sent += 50)
      await Promise.all(Array.from({ length: 50 }, () => get("/hang", true)));
    const seen = await settled(LEAVERS);
    await sleep(100);
    assert.deepEqual([...seen, ...ledger.seen.splice(0)], Array(LEAVERS).fill("Ledger /hang 4"));
  });

  it("go on over a new stream where the ledger broke off", async () => {
    ledger.breakOff();
    await settled(1);
    assert.equal((await get("/whole")).body.toString(), REPLACED);
    assert.deepEqual(await settled(1), [`Ledger /whole ${SIZE}`]);
  });
});
