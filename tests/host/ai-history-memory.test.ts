// SPDX-License-Identifier: Apache-2.0
// Histories that are read and added to, and clients that leave at any time, leave nothing behind, in the VM or in what VMs share.
import assert from "node:assert/strict";
import { it } from "node:test";
import { MESSAGE_STREAM, STREAM } from "./ai-cache-responses.ts";
import { ask, CHATS, MESSAGES, respond, start, whole, type Gateway } from "./ai-history-gateway.ts";
import { RedisPeer } from "./redis-peer.ts";

/** EXCHANGES=1000000 takes some minutes. */
const EXCHANGES = Number(process.env.EXCHANGES ?? 6_000);
const WARM_UP = 2_000;
const PLACES = 16;
const SIZE = 4_096;
const SSE = "text/event-stream";
const WHOLE = { [CHATS]: whole("hello"), [MESSAGES]: '{"content":[{"type":"text","text":"a"}]}' };
const EVENTS = { [CHATS]: STREAM, [MESSAGES]: MESSAGE_STREAM };

/** One exchange of a kind that its number chooses. */
function exchange(gateway: Gateway, n: number, answerStore: () => void): void {
  const path = n % 3 ? CHATS : MESSAGES;
  const stream = ask(gateway, `question ${n % 7}`, { consumer: `c${n % 40}`, path });
  // Some leave while the store looks.
  if (n % 13 === 0 && !stream.isOver) stream.clientReset();
  answerStore();
  if (stream.isOver) return;
  const events = EVENTS[path];
  const at = 1 + (n % (events.length - 1));
  if (n % 11 === 0) stream.clientReset();
  else if (n % 2) respond(stream, [events.subarray(0, at), events.subarray(at)], SSE);
  else respond(stream, [WHOLE[path]]);
  answerStore();
}

const sizeOf = ({ host }: Gateway): number[] => [host.vm.memory.byteLength, host.shared.bytes];

for (const type of ["memory", "redis"])
  it(`${EXCHANGES} exchanges take no more memory than ${WARM_UP} (${type})`, () => {
    const store = type === "redis" ? { redis: { cluster: "redis" } } : { memory: { places: PLACES } };
    const gateway = start({ ...store, max_bytes: SIZE, secret: "test-secret" });
    const stored = new Map<string, string>();
    const peer = new RedisPeer(gateway.host, ([name, key, , added, line]) => {
      const old = stored.get(name === "EVALSHA" ? added : key) ?? "";
      if (name === "GETRANGE") return `$${Buffer.byteLength(old)}\r\n${old}\r\n`;
      if (name === "EVALSHA") stored.set(added, old.length + line.length > SIZE ? line : old + line);
      return ":1\r\n";
    });
    const answerStore = (): void => {
      while (type === "redis" && peer.answer().length);
    };
    for (let n = 0; n < WARM_UP; n++) exchange(gateway, n, answerStore);
    const [memory, shared] = sizeOf(gateway);
    for (let n = 0; n < EXCHANGES; n++) exchange(gateway, n, answerStore);
    // Histories of one size or another take turns in the places.
    assert.ok(sizeOf(gateway)[0] === memory && sizeOf(gateway)[1] <= shared + PLACES * SIZE, String(sizeOf(gateway)));
    const counted = (name: string): number => Number(gateway.host.vm.metrics.byName.get(name)?.value ?? 0);
    for (const name of ["filled", "stored"]) assert.ok(counted(`ai_history_${name}_total`) > 0, name);
    assert.equal(counted("ai_history_store_errors_total"), 0);
    gateway.host.check();
  });
