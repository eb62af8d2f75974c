// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import type { Random } from "../unit/random.ts";
import type { HttpCallout } from "./callouts.ts";
import type { StreamedProtocol } from "./cut-stream-protocols.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

export type Json = Record<string, any>;
export type Event = Json | string;

/** A configuration of ai-security-guard, and of its one check. */
export const configOf = (more: Json = {}, check: Json = {}): string =>
  JSON.stringify({
    bufferLimit: 40,
    overlap: 10,
    max_hold_ms: 600_000,
    denyMessage: "No.",
    ...more,
    checks: [
      {
        name: "moderation",
        on: ["response"],
        on_error: "block",
        provider: { type: "openai", cluster: "upstream", apiKey: "sk-of-the-checker" },
        ...check,
      },
    ],
  });

/** A host with the plugin, and a checker that blocks texts with BAD. */
export class Guarded {
  readonly host = new ProxyHost("build/ai-security-guard.wasm", { logLevel: "error" });
  /** The texts that have passed. */
  readonly passed: string[] = [];
  private readonly root;

  constructor(config = configOf()) {
    this.root = this.host.configure("ai-security-guard", config)!;
    assert.ok(this.root);
  }

  /** A stream whose response headers have come. */
  open({ path, request }: StreamedProtocol): HttpStream {
    const stream = this.host.stream(this.root, { upstreamHttp2: true });
    const authority: [string, string] = [":authority", "gateway.example"];
    const type: [string, string] = ["content-type", "application/json"];
    stream.requestHeaders([[":method", "POST"], [":path", path], authority, type], false);
    stream.requestBody(Buffer.from(JSON.stringify(request)), true);
    stream.responseHeaders(
      [
        [":status", "200"],
        ["content-type", "text/event-stream"],
      ],
      false,
    );
    return stream;
  }

  get call(): HttpCallout | undefined {
    return this.host.callouts[0] as HttpCallout | undefined;
  }

  /** Responds to a call as the service does. */
  answer(call: HttpCallout): void {
    const { input } = JSON.parse(call.body.toString()) as { input: string };
    assert.equal(typeof input, "string");
    const flagged = input.includes("BAD");
    if (!flagged) this.passed.push(input);
    const body = JSON.stringify({ results: [{ flagged, categories: { violence: flagged }, category_scores: {} }] });
    this.host.answer(call, { body, headers: [["content-type", "application/json"]] });
  }

  /** Passes the chunks of a stream; before each of them, and at the end, some calls are responded to. */
  play(protocol: StreamedProtocol, chunks: Buffer[], delay: () => boolean): string {
    this.passed.length = 0;
    const stream = this.open(protocol);
    for (const chunk of chunks) {
      while (this.call && !delay()) this.answer(this.call);
      stream.responseBody(chunk, false);
      this.host.advance(1);
    }
    while (this.call && !delay()) this.answer(this.call);
    stream.responseBody(Buffer.alloc(0), true);
    while (this.call) this.answer(this.call);
    this.host.advance(5);
    assert.equal(stream.client.end, "clean");
    this.host.check();
    return stream.client.bodyBytes.toString();
  }
}

/** Whether the event has a word of `streamOf`. */
export const isPiece = (event: Event): event is Json =>
  typeof event !== "string" && /"w\d+|BA|D /.test(JSON.stringify(event));

/** A stream of a protocol with other texts: each piece is another word, and some streams say what is blocked, in two pieces. */
export function streamOf(protocol: StreamedProtocol, random: Random): { events: Event[]; isBad: boolean } {
  const isBad = random.below(3) > 0;
  const words = Array.from({ length: 9 + random.below(60) }, (_, i) => `w${i} `);
  const base = protocol.events as Event[];
  const isText = (event: Event): boolean =>
    /The |committee|will |meet|again|on "|Thursday|to "|decide/.test(JSON.stringify(event));
  const first = base.findIndex(isText);
  const head = base.slice(0, first);
  const model = JSON.stringify(base[first]);
  const tail = base.slice(first).filter((event) => !isText(event));
  // The second block of Messages has no text then.
  const bad = random.below(words.length);
  if (isBad) words.splice(bad, 0, "BA", "D ");
  const pieces = words.map((word) => JSON.parse(model.replace(/The |"The"/, word)) as Event);
  const events = [...head, ...pieces, ...tail];
  if (protocol.name !== "Responses") return { events, isBad };
  return { events: events.map((event, i) => ({ ...(event as Json), sequence_number: i })), isBad };
}

/** The bytes in chunks of random sizes. */
export function cut(all: Buffer, random: Random): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < all.length;) {
    const size = 1 + random.below(random.below(4) ? 40 : 600);
    chunks.push(all.subarray(at, at + size));
    at += size;
  }
  return chunks;
}
