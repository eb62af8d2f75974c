import assert from "node:assert/strict";
import { readEvents } from "../../fixtures/expectations.ts";
import { loadModule } from "../module.ts";

export { assertReceived } from "../../fixtures/expectations.ts";

const { exports, put, out } = await loadModule("qwen");

/** The numbers of the APIs in assembly/ai/api.ts that the tests use. */
export const Api = {
  Chat: 1,
  Completions: 2,
  Embeddings: 3,
  Speech: 4,
  Files: 14,
  Models: 17,
  Messages: 34,
  QwenRerank: 38,
} as const;

/** DashScope's own protocol, the one that is translated. */
export const NATIVE = { type: "qwen", apiTokens: ["sk-fake-for-tests"], qwenEnableCompatible: false };

/** Reads a provider's configuration and returns its errors and warnings, one per line. */
export function configure(config: object): string {
  const text = Buffer.from(JSON.stringify(config));
  exports.configure!(put(text), text.length);
  return out().toString();
}

/** The last output of the module. */
export const written = (): string => out().toString();

/** The result of a client's request: DashScope's body, or the refusal (`400 param message`). */
export interface Translated {
  body?: any;
  refused?: string;
}

/** Translates a client's request; returns undefined if it is not JSON. */
export function translateRawRequest(client: string, api: number = Api.Chat): Translated | undefined {
  const text = Buffer.from(client);
  const result = exports.translateRequest!(api, put(text), text.length);
  if (result < 0) return undefined;
  return result === 1 ? { body: JSON.parse(written()) } : { refused: written() };
}

/** Translates a client's request. */
export function translateRequest(client: object | string, api: number = Api.Chat): Translated {
  const translated = translateRawRequest(typeof client === "string" ? client : JSON.stringify(client), api);
  if (translated === undefined) throw new Error("the test's request is no JSON");
  return translated;
}

/** OpenAI's response for DashScope's, for the request that was translated last; undefined if it is not a response. */
export function translateResponse(response: object | string): string | undefined {
  const text = Buffer.from(typeof response === "string" ? response : JSON.stringify(response));
  return exports.translateResponse!(put(text), text.length) === 1 ? out().toString() : undefined;
}

/** The client's whole stream for DashScope's, which arrives in chunks of `step` bytes. */
export function translateStream(stream: Buffer | string, step = 0x7fffffff): string {
  const bytes = Buffer.from(stream);
  exports.stream!(put(bytes), bytes.length, step);
  return out().toString();
}

/** The same, for a stream that arrives in two chunks. */
export function translateStreamCutAt(stream: Buffer, at: number): string {
  exports.streamCutAt!(put(stream), stream.length, at);
  return out().toString();
}

/** Starts a stream; `push` and `end` return the client's bytes for each part. */
export function openStream(limit = 1 << 20): { push(chunk: string): string; end(): string } {
  exports.openStream!(limit);
  return {
    push(chunk) {
      const bytes = Buffer.from(chunk);
      exports.pushStream!(put(bytes), bytes.length);
      return out().toString();
    },
    end() {
      exports.endStream!();
      return out().toString();
    },
  };
}

/** The events of a stream that comes in chunks of `step` bytes, one block per line. */
export function recordStream(stream: string, choices = 1, cumulative = false, step = 0x7fffffff): string[] {
  const bytes = Buffer.from(stream);
  exports.recordStream!(put(bytes), bytes.length, step, choices, Number(cumulative));
  return written().split("\n");
}

/** The events of a whole response, one block per line. */
export function recordWhole(response: string): string[] {
  const bytes = Buffer.from(response);
  assert.equal(exports.recordWhole!(put(bytes), bytes.length), 1);
  return written().split("\n");
}

/** Configures the provider and translates a request for a stream, which must be accepted. */
export function askForStream(fields: object = {}, config: object = {}): void {
  assert.equal(configure({ ...NATIVE, ...config }), "");
  const client = { model: "qwen-plus", messages: [{ role: "user", content: "Hi" }], stream: true, ...fields };
  assert.equal(translateRequest(client).refused, undefined);
}

/** The choices of all chunks of a client's stream. */
export const deltasOf = (stream: string): any[] =>
  readEvents(stream).objects.flatMap((object: any) => object.choices ?? []);

/** Host and path, and how the bodies of request and response are treated (0 unchanged, 1 OpenAI's, 2 converted). */
export function describeApi(api: number): string {
  exports.describe!(api);
  return out().toString();
}

/** The changes of the request headers, one per line. */
export function headers(): string[] {
  exports.headers!();
  return out().toString().trim().split("\n");
}

/** The token usage. */
export function usage(): any {
  exports.usage!();
  return JSON.parse(out().toString());
}

/** The message and the code of an error response. */
export function readError(response: object): string {
  const text = Buffer.from(JSON.stringify(response));
  exports.readError!(put(text), text.length);
  return out().toString();
}

/** The size of the module's memory. */
export const memoryBytes = (): number => exports.memoryBytes!();

/** One event in DashScope's form. */
export const event = (data: unknown, name = "result", status = 200): string =>
  `id:1\nevent:${name}\n:HTTP_STATUS/${status}\ndata:${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;

/** The data of one event with one choice. */
export const choice = (message: object, finish = "null", index?: number): object => ({
  output: {
    choices: [
      { message: { role: "assistant", ...message }, ...(index === undefined ? {} : { index }), finish_reason: finish },
    ],
  },
  usage: { input_tokens: 5, output_tokens: 7, total_tokens: 12 },
  request_id: "r-1",
});
