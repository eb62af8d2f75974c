// SPDX-License-Identifier: Apache-2.0
// Runs the same exchange through the plugin of the lifecycle tests on the Node host and in the real Envoy.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../../harness/envoy-process.ts";
import { send, type ClientRequest } from "../../harness/http-client.ts";
import { serve, type RunningServer } from "../../providers/server.ts";
import type { ProviderReply } from "../../providers/types.ts";
import { runExchange, type Outcome } from "../exchange.ts";
import { ProxyHost } from "../proxy-host.ts";
import { compileLifecycle, LIFECYCLE_WASM } from "./compile.ts";

/** One exchange through the plugin. */
export interface Run {
  mode: string;
  request?: Partial<ClientRequest>;
  reply?: Partial<ProviderReply>;
}

/** What is the same on both hosts. */
export interface Seen {
  status: number;
  body: string;
  end: string;
  details: string;
  /** What the plugin logged. */
  lines: string[];
}

const SIDE = { status: 200, headers: [], chunks: [Buffer.from("side")] };

function requestOf({ request }: Run): ClientRequest {
  const chunks = [Buffer.from("one"), Buffer.from("two")];
  return { method: "POST", path: "/", authority: "gateway.example", headers: [], chunks, ...request };
}

function replyOf({ reply }: Run): ProviderReply {
  return { status: 200, headers: [], chunks: [Buffer.from("first "), Buffer.from("second")], delayMs: 30, ...reply };
}

/** Runs it on the Node host. */
export function onNode(run: Run): Seen {
  const host = new ProxyHost(LIFECYCLE_WASM, { logLevel: "info", vmId: run.mode, clusters: ["upstream", "side"] });
  const context = host.configure("lifecycle", JSON.stringify({ mode: run.mode }));
  assert.ok(context);
  const peers = { answer: () => replyOf(run), callout: () => ({ status: 200, body: "side" }) };
  const outcome: Outcome = runExchange(
    host,
    context,
    requestOf(run),
    peers,
    { downstreamHttp2: !!run.request?.trailers },
    () => host.advance(100),
  );
  const lines = host.vm.logs.map(({ text }) => text).filter((text) => !text.includes(": version "));
  return seen(outcome.response, outcome.details, lines);
}

/** A running Envoy with one listener for each run; stop it with `close`. */
export class RealHost {
  private constructor(
    private readonly envoy: EnvoyProcess,
    private readonly servers: RunningServer[],
  ) {}

  static async start(runs: Run[]): Promise<RealHost> {
    await compileLifecycle();
    const byMode = new Map(runs.map((run) => [run.mode, run]));
    const servers = await Promise.all([
      serve(({ headers }) => replyOf(byMode.get(headers.find(([name]) => name === "x-mode")?.[1] ?? "")!)),
      serve(() => SIDE),
    ]);
    const clusters = ["upstream", "side"].map((name, index) => clusterFor({ name, port: servers[index].port }));
    return new RealHost(await startEnvoy(bootstrapFor(runs.map(listenerOf), clusters)), servers);
  }

  /** Runs it in Envoy. */
  async run(run: Run): Promise<Seen> {
    const beforeChunk = (): Promise<void> => sleep(30);
    const response = await send(this.envoy.listenerPorts[run.mode], requestOf(run), {
      beforeChunk,
      http2: !!run.request?.trailers,
    });
    const details = await this.details(run.mode);
    const marker = `lifecycle ${run.mode}: `;
    const lines = this.envoy.logs().filter((line) => line.includes("wasm log") && line.includes(marker));
    const texts = lines.map((line) => line.slice(line.indexOf(marker) + marker.length));
    return seen(
      response,
      details,
      texts.filter((text) => !text.includes(": version ")),
    );
  }

  async close(): Promise<void> {
    await this.envoy.stop();
    await Promise.all(this.servers.map((server) => server.close()));
  }

  // The access log is written after the client has its response.
  private async details(mode: string): Promise<string> {
    for (let attempt = 0; attempt < 400; attempt++) {
      for (const line of readFileSync(join(this.envoy.folder, "access.log"), "utf8").split("\n").filter(Boolean)) {
        const entry = JSON.parse(line) as { mode: string; details: string };
        if (entry.mode === mode) return entry.details;
      }
      await sleep(25);
    }
    throw new Error(`no access log line for ${mode}`);
  }
}

function listenerOf({ mode }: Run) {
  return listenerFor({
    name: mode,
    routes: [routeFor({ name: "default", cluster: "upstream", addToRequest: { "x-mode": mode } })],
    downstream: [
      wasmFilter({ plugin: "lifecycle", wasm: LIFECYCLE_WASM, configuration: JSON.stringify({ mode }), vmId: mode }),
    ],
    accessLog: { path: "%TMP%/access.log", fields: { mode, details: "%RESPONSE_CODE_DETAILS%" } },
  });
}

function seen({ status, body, end }: Outcome["response"], details: string, lines: string[]): Seen {
  return { status, body: body.toString(), end, details, lines };
}
