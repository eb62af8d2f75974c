// SPDX-License-Identifier: Apache-2.0
// Runs the same exchange through the plugin of the lifecycle tests on the Node host and in the real Envoy.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  bootstrapFor,
  clusterFor,
  listenerFor,
  routeFor,
  wasmFilter,
  type EnvoyConfig,
} from "../../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../../harness/envoy-process.ts";
import { send, type ClientRequest } from "../../harness/http-client.ts";
import { serve, type RunningServer } from "../../providers/server.ts";
import type { ProviderReply, ProviderRequest } from "../../providers/types.ts";
import { runExchange, type Outcome } from "../exchange.ts";
import type { StreamOptions } from "../stream-options.ts";
import { ProxyHost, type CalloutReply } from "../proxy-host.ts";
import { compileLifecycle, LIFECYCLE_WASM } from "./compile.ts";

/** One exchange through the plugin. */
export interface Run {
  mode: string;
  request?: Partial<ClientRequest>;
  reply?: Partial<ProviderReply>;
  /** The client leaves once it has this. */
  leaveAt?: string;
  bufferLimitBytes?: number;
  /** Callouts get no response. */
  silentSide?: boolean;
  /** The plugin stands in the router's chain. */
  isUpstream?: boolean;
  /** More of the route's action, and what the provider replies to the path `/second`. */
  action?: EnvoyConfig;
  second?: Partial<ProviderReply>;
}

/** What is the same on both hosts. */
export interface Seen {
  status: number;
  body: string;
  end: string;
  details: string;
  /** The property that the plugin sets in `onLog`, as the access log shows it. */
  logged: string | null;
  /** What the plugin logged. */
  lines: string[];
}

/** A line of the access log. */
interface Entry {
  details: string;
  logged: string | null;
  /** The property that the plugin sets in `onStreamDone`. */
  done?: string | null;
}

const SIDE: ProviderReply = { status: 200, headers: [], chunks: [Buffer.from("side")] };

/** Pieces are sent with a pause before each, so that they arrive one by one. */
const PAUSE_MS = 30;

function requestOf({ request }: Run): ClientRequest {
  const chunks = [Buffer.from("one"), Buffer.from("two")];
  return { method: "POST", path: "/", authority: "gateway.example", headers: [], chunks, ...request };
}

function replyOf({ reply }: Run): ProviderReply {
  const chunks = [Buffer.from("first "), Buffer.from("second")];
  return { status: 200, headers: [], chunks, delayMs: PAUSE_MS, ...reply };
}

const hasTrailers = ({ request }: Run): boolean => request?.trailers !== undefined;

/** Runs it on the Node host. */
export function onNode(run: Run): Seen {
  const host = new ProxyHost(LIFECYCLE_WASM, { logLevel: "info", vmId: run.mode, clusters: ["upstream", "side"] });
  const context = host.configure("lifecycle", JSON.stringify({ mode: run.mode }));
  assert.ok(context);
  const callout = (): CalloutReply => ({ status: 200, body: "side" });
  const answer = ({ path }: ProviderRequest): ProviderReply =>
    replyOf(path === "/second" ? { ...run, reply: run.second } : run);
  const peers = { answer, ...(run.silentSide ? {} : { callout }) };
  const { bufferLimitBytes, action } = run;
  const options: StreamOptions = {
    position: run.isUpstream ? "upstream" : "downstream",
    routes: [{ name: "default", match: { prefix: "/" }, cluster: "upstream", action }],
    downstreamHttp2: hasTrailers(run),
    ...(bufferLimitBytes ? { bufferLimitBytes } : {}),
  };
  const outcome = runExchange(host, context, requestOf(run), peers, options, () => host.advance(100));
  for (const call of host.callouts) if (call.kind === "http") host.answer(call, callout());
  const { response, details, filterState } = outcome;
  return seen(
    response,
    { details, logged: filterState.lifecycle_log ?? null },
    host.vm.logs.map(({ text }) => text),
  );
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
      serve(({ headers, path }) => {
        const run = byMode.get(headers.find(([name]) => name === "x-mode")?.[1] ?? "")!;
        return replyOf(path === "/second" ? { ...run, reply: run.second } : run);
      }),
      serve(() => (runs.some(({ silentSide }) => silentSide) ? { ...SIDE, end: "hang" } : SIDE)),
    ]);
    const clusters = ["upstream", "side"].map((name, index) => clusterFor({ name, port: servers[index].port }));
    return new RealHost(await startEnvoy(bootstrapFor(runs.map(listenerOf), clusters)), servers);
  }

  /** Runs it in Envoy. */
  async run(run: Run): Promise<Seen> {
    const beforeChunk = (): Promise<void> => sleep(PAUSE_MS);
    const leaveWhen = (body: Buffer): boolean => run.leaveAt !== undefined && body.includes(run.leaveAt);
    const options = { beforeChunk, leaveWhen, http2: hasTrailers(run) };
    // A client that leaves finds its connection reset a moment later.
    const response = { ...(await send(this.envoy.listenerPorts[run.mode], requestOf(run), options)) };
    const entry = await this.entry(run);
    // In the router's chain a stream whose response was whole ends before the access log is written.
    assert.ok(run.isUpstream || !entry.done, "a property that is set after onLog is in the access log");
    // The end of the stream in the router's chain, and the response to a settlement, follow the access log.
    await sleep(3 * PAUSE_MS);
    const marker = `lifecycle ${run.mode}: `;
    const lines = this.envoy.logs().filter((line) => line.includes("wasm log") && line.includes(marker));
    return seen(
      response,
      entry,
      lines.map((line) => line.slice(line.indexOf(marker) + marker.length)),
    );
  }

  async close(): Promise<void> {
    await this.envoy.stop();
    await Promise.all(this.servers.map((server) => server.close()));
  }

  // The access log is written after the client has its response; a pass that is redirected has a line of its own.
  private async entry({ mode, second }: Run): Promise<Entry> {
    for (let attempt = 0; attempt < 400; attempt++) {
      const lines = readFileSync(join(this.envoy.folder, "access.log"), "utf8").split("\n").filter(Boolean);
      const entries = lines.map((line) => JSON.parse(line) as Entry & { mode: string });
      const last = entries.filter((entry) => entry.mode === mode).at(second ? 1 : 0);
      if (last) return last;
      await sleep(25);
    }
    throw new Error(`no access log line for ${mode}`);
  }
}

function listenerOf({ mode, isUpstream, action, bufferLimitBytes }: Run): EnvoyConfig {
  const filter = wasmFilter({
    ...{ plugin: "lifecycle", wasm: LIFECYCLE_WASM, vmId: mode },
    configuration: JSON.stringify({ mode }),
  });
  return listenerFor({
    name: mode,
    routes: [routeFor({ name: "default", cluster: "upstream", addToRequest: { "x-mode": mode }, action })],
    bufferLimitBytes,
    [isUpstream ? "upstream" : "downstream"]: [filter],
    accessLog: {
      path: "%TMP%/access.log",
      fields: {
        mode,
        details: "%RESPONSE_CODE_DETAILS%",
        logged: "%FILTER_STATE(wasm.lifecycle_log:PLAIN)%",
        done: "%FILTER_STATE(wasm.lifecycle_done:PLAIN)%",
      },
    },
  });
}

function seen({ status, body, end }: Outcome["response"], { details, logged }: Entry, lines: string[]): Seen {
  const told = lines.filter((text) => !text.includes(": version "));
  return { status, body: body.toString(), end, details, logged, lines: told };
}
