// SPDX-License-Identifier: Apache-2.0
// The plugin of the gRPC tests in the real Envoy, with a service over HTTP/2.
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../../harness/envoy-process.ts";
import { send } from "../../harness/http-client.ts";
import { serve, type RunningServer } from "../../providers/server.ts";
import { GRPC_WASM } from "./compile.ts";
import type { Seen } from "./node-host.ts";
import { serveGrpc, type GrpcServer } from "./server.ts";

const PATIENCE_MS = 10_000;
/** How long a line that should not come is waited for. */
const SILENCE_MS = 150;

/** The plugin in Envoy. */
export class RealGrpc {
  private lines = 0;

  private constructor(
    private readonly envoy: EnvoyProcess,
    private readonly web: RunningServer,
    readonly service: GrpcServer,
  ) {}

  static async start(): Promise<RealGrpc> {
    const service = await serveGrpc();
    const web = await serve(() => ({ status: 200, headers: [], chunks: [] }));
    // The port of a server that has stopped: connections are refused.
    const gone = await serve(() => ({ status: 200, headers: [], chunks: [] }));
    await gone.close();
    const filter = wasmFilter({ plugin: "grpc", wasm: GRPC_WASM, configuration: "{}" });
    const routes = [routeFor({ name: "default", cluster: "upstream" })];
    const clusters = [
      clusterFor({ name: "upstream", port: web.port }),
      clusterFor({ name: "model", port: service.port, http2: true }),
      clusterFor({ name: "gone", port: gone.port, http2: true }),
    ];
    const listener = listenerFor({ name: "gateway", routes, downstream: [filter] });
    return new RealGrpc(await startEnvoy(bootstrapFor([listener], clusters)), web, service);
  }

  /** Sends a request with this path, and waits for so many lines. */
  async ask(path: string, lines: number): Promise<Seen> {
    const request = { method: "GET", path, authority: "gateway.example", headers: [], chunks: [] };
    const { body } = await send(this.envoy.listenerPorts.gateway, request);
    const end = Date.now() + PATIENCE_MS;
    while (this.allLines().length < this.lines + lines && Date.now() < end) await sleep(10);
    if (lines === 0) await sleep(SILENCE_MS);
    const seen = this.allLines().slice(this.lines);
    this.lines += seen.length;
    return { body: body.toString(), lines: seen };
  }

  /** Lets Envoy shut down in order: every context ends. */
  async quit(): Promise<void> {
    await fetch(`http://127.0.0.1:${this.envoy.adminPort}/quitquitquit`, { method: "POST" });
  }

  /** Every line of the plugin so far. */
  allLines(): string[] {
    const marker = "grpc ai-gateway: grpc: ";
    return this.envoy
      .logs()
      .filter((line) => line.includes(marker) && !line.includes("grpc: version "))
      .map((line) => line.slice(line.indexOf(marker) + marker.length));
  }

  async close(): Promise<void> {
    await this.envoy.stop();
    await Promise.all([this.web.close(), this.service.close()]);
  }
}
