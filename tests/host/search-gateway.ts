// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import type { HeaderPair } from "../providers/types.ts";
import type { HttpCallout } from "./callouts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost, type CalloutReply } from "./proxy-host.ts";
import type { StreamOptions } from "./stream-options.ts";

export type Json = Record<string, any>;

const FOUND: CalloutReply = {
  body: '{"results":[{"title":"Gold","url":"https://a.example/gold","content":"Gold costs 4,000."}]}',
};
/** The engine. */
export const searxng = { type: "searxng", cluster: "engine" };

/** ai-search with one engine, which waits for its replies. */
export class SearchGateway {
  readonly host = new ProxyHost("build/ai-search.wasm", { logLevel: "warn", clusters: ["upstream", "engine"] });
  private readonly context;

  constructor(config: Json = {}) {
    const all = { needReference: true, referenceFormat: "R %s", searchFrom: [searxng], ...config };
    const context = this.host.configure("ai-search", JSON.stringify(all));
    assert.ok(context);
    this.context = context;
  }

  /** Sends a chat, whose search then waits. */
  ask(content = "gold", options: StreamOptions = {}): HttpStream {
    return this.send("/v1/chat/completions", { messages: [{ role: "user", content }] }, options);
  }

  /** Sends any request. */
  send(path: string, json: Json, options: StreamOptions = {}): HttpStream {
    const stream = this.host.stream(this.context, options);
    const body = Buffer.from(JSON.stringify(json));
    const type: HeaderPair = ["content-type", "application/json"];
    const authority: HeaderPair = [":authority", "gateway.example"];
    stream.requestHeaders([[":method", "POST"], [":path", path], authority, type], false);
    stream.requestBody(body, true);
    this.host.check();
    return stream;
  }

  /** The calls of the engine that wait. */
  get calls(): HttpCallout[] {
    return this.host.callouts.filter((call): call is HttpCallout => call.kind === "http");
  }

  /** Lets the engine reply to all calls. */
  reply(reply: CalloutReply = FOUND): void {
    for (const call of this.calls) this.host.answer(call, reply);
  }

  /** Passes a response in pieces, and returns what the client receives. */
  respond(stream: HttpStream, type: string, pieces: Buffer[]): string {
    stream.responseHeaders(
      [
        [":status", "200"],
        ["content-type", type],
      ],
      false,
    );
    for (const piece of pieces) stream.responseBody(piece, false);
    stream.responseBody(Buffer.alloc(0), true);
    this.host.check();
    return stream.client.bodyBytes.toString();
  }
}
