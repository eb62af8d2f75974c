// SPDX-License-Identifier: Apache-2.0
// The plugin of the gRPC tests on the Node host, with the service emulated.
import assert from "node:assert/strict";
import type { GrpcCallout, GrpcStreamCallout } from "../callouts.ts";
import type { RootContext } from "../contexts.ts";
import { GrpcPeer } from "../grpc-peer.ts";
import { ProxyHost } from "../proxy-host.ts";
import { GRPC_WASM } from "./compile.ts";
import { react, type Action, type Event } from "./service.ts";

/** What a step led to. */
export interface Seen {
  body: string;
  lines: string[];
}

/** The plugin on the Node host. */
export class NodeGrpc {
  readonly peer: GrpcPeer;
  readonly context: RootContext;
  /** The events of each stream that the service has handled. */
  private readonly handled = new Map<GrpcStreamCallout, { open: boolean; messages: number; end: boolean }>();

  constructor(readonly host = new ProxyHost(GRPC_WASM, { logLevel: "info", clusters: ["upstream", "model", "gone"] })) {
    this.peer = new GrpcPeer(this.host);
    const context = this.host.configure("grpc", "{}");
    assert.ok(context);
    this.context = context;
    this.takeLines();
  }

  /** Sends a request with this path, and lets the service do what it leads to. */
  ask(path: string): Seen {
    const stream = this.host.stream(this.context);
    stream.requestHeaders(
      [
        [":method", "GET"],
        [":path", path],
        [":authority", "gateway.example"],
      ],
      true,
    );
    this.run();
    if (path.startsWith("/deadline/")) this.host.advance(1000);
    if (stream.upstream.headers) stream.responseHeaders([[":status", "200"]], true);
    const body = stream.client.bodyBytes.toString();
    if (!stream.isOver) stream.clientReset();
    this.host.check();
    return { body, lines: this.takeLines() };
  }

  /** What the plugin has logged since it was last asked. */
  takeLines(): string[] {
    const lines = this.host.vm.logs.splice(0).map(({ text }) => text.replace(/^grpc: /, ""));
    return lines.filter((line) => !line.startsWith("version "));
  }

  /** Lets the service see and do what there is, until nothing is left. */
  run(): void {
    for (const call of this.host.callouts) this.answer(call as GrpcCallout);
    for (let found = true; found;) {
      found = false;
      for (const stream of this.peer.streams) {
        const event = this.nextEvent(stream);
        if (event === null) continue;
        found = true;
        const client = stream.metadata.get("x-client") ?? "nobody";
        if (stream.cluster === "gone") this.peer.unreachable(stream);
        else react(stream.method, event, client).forEach((action) => this.perform(stream, action));
      }
    }
  }

  private nextEvent(stream: GrpcStreamCallout): Event | null {
    const handled = this.handled.get(stream) ?? { open: false, messages: 0, end: false };
    this.handled.set(stream, handled);
    if (!handled.open) {
      handled.open = true;
      return "open";
    }
    if (handled.messages < stream.sent.length) return stream.sent[handled.messages++];
    if (!stream.isHalfClosed || handled.end) return null;
    handled.end = true;
    return "end";
  }

  private perform(stream: GrpcStreamCallout, action: Action): void {
    switch (action.kind) {
      case "headers":
        return this.peer.headers(stream, Object.entries(action.metadata));
      case "message":
        return this.peer.message(stream, action.message);
      case "end": {
        const end = {
          status: action.status,
          text: encodeURI(action.text),
          trailers: Object.entries(action.metadata) as [string, string][],
        };
        return stream.method === "Refuse" ? this.peer.refuse(stream, end) : this.peer.end(stream, end);
      }
      case "reset":
        return this.peer.reset(stream);
      case "http":
        return this.peer.http(stream, action.status);
    }
  }

  private answer(call: GrpcCallout): void {
    if (call.cluster === "gone") {
      return this.host.failGrpc(call, 14, "upstream connect error or disconnect/reset before headers");
    }
    const actions = react(call.method, call.message, call.metadata.get("x-client") ?? "nobody");
    const message = actions.find((action) => action.kind === "message");
    const end = actions.find((action) => action.kind === "end");
    if (!end) this.host.failGrpc(call, 14, "upstream request timeout");
    else if (end.status !== 0) this.host.failGrpc(call, end.status, encodeURI(end.text));
    else if (message) this.host.answerGrpc(call, message.message);
    else this.host.failGrpc(call, 13, "");
  }
}
