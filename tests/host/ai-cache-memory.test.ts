// SPDX-License-Identifier: Apache-2.0
// Hits, misses, streams, requests that wait and clients that leave at any time leave nothing behind, in the VM or in what VMs share.
import assert from "node:assert/strict";
import { it } from "node:test";
import { ask, hello, isAsked, respond, start, type Gateway } from "./ai-cache-gateway.ts";
import { MESSAGE_STREAM, STREAM } from "./ai-cache-responses.ts";
import type { HttpStream } from "./http-stream.ts";
import { RedisPeer } from "./redis-peer.ts";

/** EXCHANGES=1000000 takes some minutes. */
const EXCHANGES = Number(process.env.EXCHANGES ?? 6_000);
const WARM_UP = 4_000;
const PLACES = 16;
const QUESTIONS = 40;
const CHATS = "/v1/chat/completions";
const MESSAGES = "/v1/messages";
const EVENTS = { [CHATS]: STREAM, [MESSAGES]: MESSAGE_STREAM };

/** Responds as a stream in two pieces, or leaves it open. */
function stream(exchange: HttpStream, events: Buffer, at: number, ends: boolean): void {
  const headers: [string, string][] = [
    [":status", "200"],
    ["content-type", "text/event-stream"],
  ];
  exchange.responseHeaders(headers, false);
  exchange.responseBody(events.subarray(0, at), false);
  if (ends) exchange.responseBody(events.subarray(at), true);
}

/** One exchange of a kind that its number chooses, and for some an equal request that waits for it. */
function exchange(gateway: Gateway, n: number, answerStore: () => void): void {
  const path = n % 5 ? CHATS : MESSAGES;
  const body = { stream: n % 2 === 0, messages: [{ role: "user", content: `question ${n % QUESTIONS}` }] };
  const first = ask(gateway, n % 13 ? [] : [["cache-control", "no-cache"]], body, {}, path);
  const second = n % 7 ? null : ask(gateway, [], body, {}, path);
  // Some leave while the store looks.
  if (n % 17 === 0 && !first.isOver) first.clientReset();
  answerStore();
  for (const asked of [first, second]) {
    if (!asked || asked.isOver) continue;
    if (!isAsked(asked)) asked.clientReset();
    else if (n % 3 === 0) respond(asked, n % 11 ? hello : hello.slice(0, -1), n % 19 ? "200" : "500");
    else {
      const events = EVENTS[path];
      const ends = n % 4 > 0;
      stream(asked, events, n % events.length, ends);
      if (!ends) asked.clientReset();
    }
    answerStore();
  }
}

const sizeOf = ({ host }: Gateway): number[] => [host.vm.memory.byteLength, host.shared.bytes];

for (const type of ["memory", "redis"])
  it(`${EXCHANGES} exchanges take no more memory than ${WARM_UP} (${type})`, () => {
    const store = type === "redis" ? { serviceName: "redis.static" } : { places: PLACES };
    const gateway = start({ cache: { type, ...store }, store_tool_calls: true });
    const stored = new Map<string, string>();
    const peer = new RedisPeer(gateway.host, ([name, key, value]) => {
      if (name === "SET") stored.set(key, value);
      if (name !== "GETRANGE") return "+OK\r\n";
      const entry = stored.get(key) ?? "";
      return `$${Buffer.byteLength(entry)}\r\n${entry}\r\n`;
    });
    const answerStore = (): void => {
      if (type === "redis") peer.answer();
    };
    for (let n = 0; n < WARM_UP; n++) exchange(gateway, n, answerStore);
    const [memory, shared] = sizeOf(gateway);
    for (let n = 0; n < EXCHANGES; n++) exchange(gateway, n, answerStore);
    // Entries of one size or another take turns in the places.
    assert.ok(sizeOf(gateway)[0] === memory && sizeOf(gateway)[1] <= shared + PLACES * 1024, String(sizeOf(gateway)));
    const counted = (name: string): number => Number(gateway.host.vm.metrics.byName.get(name)?.value ?? 0);
    for (const name of ["hits", "joined", "misses", "stored"]) assert.ok(counted(`ai_cache_${name}_total`) > 0, name);
    gateway.host.check();
  });
