// SPDX-License-Identifier: Apache-2.0
// The service of the provider `converse`: it refuses every request whose signature does not fit, and answers with binary events.
import { createHash, createHmac } from "node:crypto";
import { crc32 } from "node:zlib";
import type { ProviderReply, ProviderRequest } from "../../providers/types.ts";

export const KEY = "sk-test-converse";
const EVENT_STREAM = "application/vnd.amazon.eventstream";

/** One message: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html */
export function frame(headers: Record<string, string>, payload: unknown): Buffer {
  const encoded = Object.entries(headers).map(([name, value]) => {
    const size = Buffer.alloc(3);
    size[0] = 7;
    size.writeUInt16BE(Buffer.byteLength(value), 1);
    return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), size, Buffer.from(value)]);
  });
  const head = Buffer.concat(encoded);
  const body = Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + head.length + body.length, 0);
  prelude.writeUInt32BE(head.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, head, body]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(message));
  return Buffer.concat([message, sum]);
}

/** An event of ConverseStream. */
export function event(type: string, payload: unknown): Buffer {
  return frame({ ":event-type": type, ":content-type": "application/json", ":message-type": "event" }, payload);
}

/** A whole stream that says these texts. */
export function streamOf(texts: string[]): Buffer[] {
  return [
    event("messageStart", { role: "assistant" }),
    ...texts.map((text) => event("contentBlockDelta", { contentBlockIndex: 0, delta: { text } })),
    event("contentBlockStop", { contentBlockIndex: 0 }),
    event("messageStop", { stopReason: "end_turn" }),
    event("metadata", { usage: { inputTokens: 7, outputTokens: 5, totalTokens: 12 } }),
  ];
}

const headerOf = ({ headers }: ProviderRequest, name: string): string =>
  headers.find(([key]) => key === name)?.[1] ?? "";

/** Whether the request carries the signature of its method, path, time, session and body. */
export function isSigned(request: ProviderRequest): boolean {
  const hash = createHash("sha256").update(request.body).digest("hex");
  const lines = [
    request.method,
    request.path,
    headerOf(request, "x-date"),
    headerOf(request, "x-security-token"),
    hash,
  ];
  const signature = createHmac("sha256", KEY).update(lines.join("\n")).digest("hex");
  return headerOf(request, "authorization") === `HMAC-SHA256 Signature=${signature}`;
}

/** Answers a request; `stream` is what `/converse-stream` sends. */
export function answer(request: ProviderRequest, stream = streamOf(["Grüße", " und ", '"mehr" 🎈'])): ProviderReply {
  const json = (status: number, body: unknown): ProviderReply => ({
    status,
    headers: [["content-type", "application/json"]],
    chunks: [Buffer.from(JSON.stringify(body))],
  });
  if (!isSigned(request)) return json(403, { message: "The signature does not match." });
  if (request.path.startsWith("/models")) return json(200, { data: [] });
  if (request.path.endsWith("/converse-stream")) {
    return { status: 200, headers: [["content-type", EVENT_STREAM]], chunks: stream };
  }
  const message = { role: "assistant", content: [{ text: "whole" }] };
  return json(200, { output: { message }, stopReason: "max_tokens", usage: { inputTokens: 3, outputTokens: 1 } });
}

/** The text, the reason and the last event of an OpenAI stream. */
export function readChunks(body: Buffer): { text: string; reason: string; last: string } {
  const events = body.toString().split("\n\n").filter(Boolean);
  const data = events.map((lines) => lines.replace(/^data: /, ""));
  const chunks = data.filter((text) => text !== "[DONE]").map((text) => JSON.parse(text) as Chunk);
  const choices = chunks.flatMap((chunk) => chunk.choices ?? []);
  return {
    text: choices.map(({ delta }) => delta?.content ?? "").join(""),
    reason: choices.map((choice) => choice.finish_reason ?? "").join(""),
    last: data.at(-1) ?? "",
  };
}

interface Chunk {
  choices?: { delta?: { content?: string }; finish_reason?: string }[];
}
