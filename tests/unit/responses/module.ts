import assert from "node:assert/strict";
import { loadModule } from "../module.ts";

const { exports, put, out } = await loadModule("responses");

/** The result of a request: the chat, the names of what was dropped, or the refusal (`param message`). */
export interface Translated {
  chat?: any;
  dropped: string;
  refused?: string;
}

/** Translates a request as bytes; undefined if it is no JSON object. */
export function translateRaw(bytes: Buffer, drops = false): Translated | undefined {
  const result = exports.translateRequest!(put(bytes), bytes.length, Number(drops));
  if (result < 0) return undefined;
  const written = out().toString();
  exports.dropped!();
  const dropped = out().toString();
  return result === 1 ? { chat: JSON.parse(written), dropped } : { refused: written, dropped };
}

/** Translates a request. */
export function translate(request: object, drops = false): Translated {
  const translated = translateRaw(Buffer.from(JSON.stringify(request)), drops);
  assert.ok(translated);
  return translated;
}

/** Translates a request that must be accepted, to which the next responses belong. */
export function ask(fields: object = {}): any {
  const { chat, refused } = translate({ model: "m", input: "Hi", ...fields });
  assert.equal(refused, undefined);
  return chat;
}

/** The response for a whole chat, or undefined if it is none. */
export function whole(chat: object): any {
  const bytes = Buffer.from(JSON.stringify(chat));
  return exports.translateWhole!(put(bytes), bytes.length) === 1 ? JSON.parse(out().toString()) : undefined;
}

/** Starts a stream; `push` and `end` return the client's bytes for each part. */
export function open(): { push(chunk: Buffer | string): string; end(): string; status: number } {
  exports.openStream!();
  const stream = {
    status: 0,
    push(chunk: Buffer | string) {
      const bytes = Buffer.from(chunk);
      stream.status = exports.pushStream!(put(bytes), bytes.length);
      return out().toString();
    },
    end() {
      stream.status = exports.endStream!();
      return out().toString();
    },
  };
  return stream;
}

/** The client's whole stream for a provider's, which comes in chunks of `step` bytes. */
export function stream(bytes: Buffer, step = bytes.length): string {
  const opened = open();
  let text = "";
  for (let at = 0; at < bytes.length; at += step) text += opened.push(bytes.subarray(at, at + step));
  return text + opened.end();
}

/** A provider's stream of chunks, which ends with `[DONE]`. */
export const chunks = (...objects: object[]): Buffer =>
  Buffer.from(objects.map((object) => `data: ${JSON.stringify(object)}\n\n`).join("") + "data: [DONE]\n\n");

/** One chunk with a delta. */
export const chunk = (delta: object, finish: string | null = null): object => ({
  id: "chatcmpl-1",
  choices: [{ index: 0, delta, finish_reason: finish }],
});

/** The chunk with the usage. */
export const usage = {
  id: "chatcmpl-1",
  choices: [],
  usage: {
    prompt_tokens: 9,
    completion_tokens: 5,
    total_tokens: 14,
    prompt_tokens_details: { cached_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 3 },
  },
};

/** The size of the module's memory. */
export const memoryBytes = (): number => exports.memoryBytes!();

/** The events of a client's stream, each of which names its type twice and has the next number. */
export function eventsOf(text: string): any[] {
  assert.ok(text.endsWith("\n\n"), text.slice(-200));
  const blocks = text.split("\n\n").slice(0, -1);
  const events = blocks
    .filter((block) => !block.startsWith(":"))
    .map((block) => {
      const [line, data, ...rest] = block.split("\n");
      assert.equal(rest.length, 0, block);
      const event = JSON.parse(data!.slice("data: ".length)) as any;
      assert.equal(line, `event: ${event.type}`);
      return event;
    });
  assert.deepEqual(
    events.map((event) => event.sequence_number),
    events.map((_, i) => i),
  );
  return events;
}
