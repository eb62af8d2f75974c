// SPDX-License-Identifier: Apache-2.0
// Plays a stream step by step on the Node host and in the real Envoy: what is sent, and when a callout is responded to.
import assert from "node:assert/strict";
import * as http2 from "node:http2";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../../harness/envoy-process.ts";
import type { Position } from "../../harness/positions.ts";
import type { HeaderPair } from "../../providers/types.ts";
import { ProxyHost } from "../proxy-host.ts";
import { compileLifecycle, LIFECYCLE_WASM } from "./compile.ts";

/** A piece of the body that is watched, its end, or what else happens. */
export type Step = { piece: string } | "end" | "trailers" | "200" | "500" | "fail" | "leave";

/** One stream, the plugin's mode, and the steps; a mode with "request" watches the request's body. */
export interface Play {
  mode: string;
  steps: Step[];
}

/** What came out on the other side. */
export interface Played {
  /** The body so far after each step. */
  bodies: string[];
  end: "open" | "clean" | "reset";
  status: number;
  trailer: string;
  lines: string[];
}

const isRequest = ({ mode }: Play): boolean => mode.includes("request");
const TRAILER: HeaderPair = ["x-trailer", "yes"];

/** Plays it on the Node host, as a version of Envoy. */
export function playOnNode(play: Play, position: Position, envoy: [number, number]): Played {
  const host = new ProxyHost(LIFECYCLE_WASM, { logLevel: "info", clusters: ["upstream", "side"], envoy });
  const context = host.configure("lifecycle", JSON.stringify({ mode: play.mode }))!;
  const stream = host.stream(context, { position, downstreamHttp2: true, upstreamHttp2: true });
  const request = isRequest(play);
  const headers: HeaderPair[] = [
    [":method", "POST"],
    [":path", "/"],
    [":authority", "gateway.example"],
  ];
  stream.requestHeaders(headers, !request);
  if (!request) stream.responseHeaders([[":status", "200"]], false);
  const side = (): typeof stream.client => (request ? stream.upstream : stream.client);
  const bodies: string[] = [];
  for (const step of play.steps) {
    const [call] = host.callouts;
    if (typeof step === "object") {
      if (request) stream.requestBody(Buffer.from(step.piece), false);
      else stream.responseBody(Buffer.from(step.piece), false);
    } else if (step === "end") {
      if (request) stream.requestBody(Buffer.alloc(0), true);
      else stream.responseBody(Buffer.alloc(0), true);
    } else if (step === "trailers") {
      if (request) stream.requestTrailers([TRAILER]);
      else stream.responseTrailers([TRAILER]);
    } else if (step === "leave") stream.clientReset();
    else if (call.kind === "http") {
      if (step === "fail") host.answer(call, { status: 503 });
      else host.answer(call, { status: Number(step) });
    }
    bodies.push(side().bodyBytes.toString());
  }
  const status = Number(stream.client.headers?.get(":status") ?? 0);
  const end = side().end === "clean" ? "clean" : side().end === "reset" || stream.isOver ? "reset" : "open";
  stream.clientReset();
  host.check();
  return {
    ...{ bodies, end, status },
    trailer: side().trailers?.get("x-trailer") ?? "",
    lines: host.vm.logs.map(({ text }) => text).filter((text) => !text.includes(": version ")),
  };
}

/** A step has arrived after this. */
const STEP_MS = 60;

/** A running Envoy whose provider, side service and client do one step at a time. */
export class Stage {
  private readonly waiting: http.ServerResponse[] = [];
  private received: http2.ServerHttp2Stream | null = null;
  private providerSide: Receiver | null = null;

  private constructor(
    private readonly envoy: EnvoyProcess,
    private readonly provider: http2.Http2Server,
    private readonly side: http.Server,
  ) {
    provider.on("stream", (stream) => {
      this.received = stream;
      this.providerSide = new Receiver(stream);
      provider.once("leave", () => stream.close());
    });
    side.on("request", (_request, response) => this.waiting.push(response));
  }

  static async start(plays: Play[]): Promise<Stage> {
    await compileLifecycle();
    const provider = http2.createServer();
    const side = http.createServer();
    const ports = await Promise.all([provider, side].map(listening));
    const listeners = plays.flatMap((play) =>
      ["downstream", "upstream"].map((position) =>
        listenerFor({
          name: `${play.mode} ${position}`,
          routes: [routeFor({ name: "default", cluster: "upstream" })],
          [position]: [
            wasmFilter({
              ...{ plugin: "lifecycle", wasm: LIFECYCLE_WASM, vmId: `${play.mode} ${position}` },
              configuration: JSON.stringify({ mode: play.mode }),
            }),
          ],
        }),
      ),
    );
    const clusters = [
      clusterFor({ name: "upstream", port: ports[0], http2: true }),
      clusterFor({ name: "side", port: ports[1] }),
    ];
    return new Stage(await startEnvoy(bootstrapFor(listeners, clusters)), provider, side);
  }

  /** Plays it in Envoy, with the plugin before the router or in the router's chain. */
  async play(play: Play, position: Position): Promise<Played> {
    this.received = null;
    this.providerSide = null;
    const name = `${play.mode} ${position}`;
    const session = http2.connect(`http://127.0.0.1:${this.envoy.listenerPorts[name]}`);
    session.on("error", () => undefined);
    const request = isRequest(play);
    const client = session.request({ ":method": "POST", ":path": "/" }, { endStream: !request, waitForTrailers: true });
    const clientSide = new Receiver(client);
    let status = 0;
    client.on("response", (headers) => (status = headers[":status"] ?? 0));
    if (!request) {
      await until(() => this.received !== null);
      this.received!.respond({ ":status": 200 }, { waitForTrailers: true });
    }
    const sender = (): http2.Http2Stream => (request ? client : this.received!);
    const bodies: string[] = [];
    const seen = (): Receiver | null => (request ? this.providerSide : clientSide);
    let trailers: Record<string, string> = {};
    const onSender = (): void => void sender().once("wantTrailers", () => sender().sendTrailers(trailers));
    if (request) onSender();
    await sleep(STEP_MS);
    if (!request) onSender();
    for (const step of play.steps) {
      if (typeof step === "object") sender().write(step.piece);
      else if (step === "end" || step === "trailers") {
        if (step === "trailers") trailers = Object.fromEntries([TRAILER]);
        sender().end();
      } else if (step === "leave") session.destroy();
      else {
        const response = this.waiting.shift();
        assert.ok(response, "no callout");
        if (step === "fail") response.socket!.destroy();
        else response.writeHead(Number(step)).end();
      }
      await sleep(STEP_MS);
      bodies.push(seen()?.body ?? "");
    }
    const { end = "open", trailer = "" } = seen() ?? {};
    session.destroy();
    this.provider.emit("leave");
    await sleep(STEP_MS);
    const marker = `lifecycle ${name}: `;
    const lines = this.envoy.logs().filter((line) => line.includes("wasm log") && line.includes(marker));
    const texts = lines.map((line) => line.slice(line.indexOf(marker) + marker.length));
    this.waiting.length = 0;
    return {
      bodies,
      ...{ end: play.steps.includes("leave") ? ("reset" as const) : end, status, trailer },
      lines: texts.filter((text) => !text.includes(": version ")),
    };
  }

  async close(): Promise<void> {
    await this.envoy.stop();
    this.side.closeAllConnections();
    await Promise.all([this.provider, this.side].map((server) => new Promise((done) => server.close(done))));
  }
}

class Receiver {
  body = "";
  trailer = "";
  end: Played["end"] = "open";

  constructor(stream: http2.Http2Stream) {
    stream.on("data", (piece: Buffer) => (this.body += piece.toString()));
    stream.on("trailers", (trailers) => (this.trailer = String(trailers["x-trailer"] ?? "")));
    stream.on("end", () => (this.end = "clean"));
    stream.on("aborted", () => (this.end = "reset"));
    stream.on("error", () => (this.end = "reset"));
  }
}

async function listening(server: http.Server | http2.Http2Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return (server.address() as AddressInfo).port;
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 200 && !isTrue(); attempt++) await sleep(10);
  assert.ok(isTrue());
}
