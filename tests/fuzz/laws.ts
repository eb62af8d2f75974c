// SPDX-License-Identifier: Apache-2.0
import type { HttpStream } from "../host/http-stream.ts";
import { isObject, type JsonObject } from "../providers/wire.ts";
import type { ProviderReply } from "../providers/types.ts";
import { decodeWhole } from "../unit/sse-reference.ts";
import { CLIENT_KEY, type Attack } from "./messages.ts";
import { GATEWAY_KEY, type Target } from "./targets.ts";

/** One exchange after its end. */
export interface Played {
  target: Target;
  attack: Attack;
  stream: HttpStream;
  reply: ProviderReply | null;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Paths whose bodies the gateway reads. */
const READ_PATH = /\/v1\/(chat\/completions|completions|embeddings)$/;
const NATIVE_PATH = "/api/v1/services/";
const CREDENTIALS = /^(authorization|x-api-key|api-key|x-goog-api-key|x-authorization|proxy-authorization|cookie)$/;
const PARAMETERS = /^(key|api[-_]?key|x-api-key|access_token|authorization)$/i;
const CHUNK_KEYS = ["id", "object", "created", "model", "choices", "usage", "error"];

/** Returns the errors in the messages between gateway, client and provider; none may occur, whatever client and provider sent. */
export function faults(played: Played): string[] {
  return [...requestFaults(played), ...answerFaults(played), ...sizeFaults(played), ...keyFaults(played)];
}

/** An API key of the gateway, plain or with each letter escaped, with the backslashes before it. */
const [first, ...others] = [...GATEWAY_KEY].map((letter) => `u00${letter.charCodeAt(0).toString(16)}`);
const ESCAPED = [first, ...others.map((letter) => `\\\\{1,7}${letter}`)].join("");
const KEYS = new RegExp(`(\\\\*)${GATEWAY_KEY}[12]|(\\\\+)${ESCAPED}\\\\{1,7}u003[12]`, "g");
/** The number of backslashes that belong to the escape of one letter; the first ones of a longer run are kept, in pairs. */
const MOST_BACKSLASHES = 7;
const NO_CODING = /^(|identity)$/;

/** No client gets an API key of the gateway. An unrequested compressed response passes unread. */
function keyFaults({ stream, reply, target }: Played): string[] {
  const { headers, bodyBytes, trailers } = stream.client;
  if (!target.hasKey || !headers) return [];
  const coding = reply?.headers.find(([name]) => name === "content-encoding")?.[1] ?? "";
  const isRead = NO_CODING.test(coding) || (reply?.status ?? 0) >= 400;
  const values = [...headers.pairs(), ...(trailers?.pairs() ?? [])].map(([, value]) => value);
  const texts = isRead ? [...values, bodyBytes.toString("latin1")] : values;
  const shown = texts.find(
    (text) => unescaped(text).includes(GATEWAY_KEY + "1") || unescaped(text).includes(GATEWAY_KEY + "2"),
  );
  return shown === undefined ? [] : ["the client reads a key of the gateway's"];
}

function unescaped(text: string): string {
  return text.replaceAll(/\\{1,7}u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

function withoutKeys(bytes: Buffer): Buffer {
  const masked = bytes.toString("latin1").replaceAll(KEYS, (key, plain?: string, escaped?: string) => {
    const count = (plain ?? escaped ?? "").length;
    const kept = count > MOST_BACKSLASHES ? (count + 1 - MOST_BACKSLASHES) & ~1 : 0;
    return key.slice(0, kept) + "*".repeat(key.length - kept);
  });
  return Buffer.from(masked, "latin1");
}

function requestFaults({ target, attack, stream }: Played): string[] {
  const { headers, end } = stream.upstream;
  if (!headers || end !== "clean") return [];
  const found: string[] = [];
  const leaked = headers.pairs().filter(([name, value]) => CREDENTIALS.test(name) && value.includes(CLIENT_KEY));
  if (target.hasKey && leaked.length > 0) found.push(`the client's key went on in ${leaked[0][0]}`);
  const query = /\?(.*)/s.exec(headers.get(":path") ?? "")?.[1] ?? "";
  const said = [...new URLSearchParams(`&${query}`)].find(
    ([name, value]) => PARAMETERS.test(name) && value.includes(CLIENT_KEY),
  );
  if (target.hasKey && said) found.push(`the client's key went on as ${said[0]} in the query`);
  if (attack.method !== "POST" || target.isOriginal || !READ_PATH.test(pathOf(attack.path))) return found;
  const sent = parsed(attack.body);
  const received = parsed(stream.upstream.bodyBytes);
  if (!sent) found.push("a body that is no JSON object went on");
  else if (!received) found.push("what the provider receives is no JSON object");
  else if (typeof received.model !== "string") found.push("the provider receives no model");
  return found;
}

function answerFaults(played: Played): string[] {
  const { stream, attack, reply, target } = played;
  const { headers, end } = stream.client;
  if (!headers || end !== "clean") return [];
  const status = Number(headers.get(":status"));
  if (stream.details.startsWith("ai-proxy.")) return ownErrorFaults(played, status);
  if (!reply || stream.details !== "via_upstream" || target.isOriginal || attack.method !== "POST") return [];
  if (reply.headers.some(([name, value]) => name === "content-encoding" && value && value !== "identity")) return [];
  const path = pathOf(stream.upstream.headers?.get(":path"));
  if (!READ_PATH.test(pathOf(attack.path))) return [];
  const body = stream.client.bodyBytes;
  if (reply.status >= 400) return isError(parsed(body)) ? [] : ["an error is not in OpenAI's shape"];
  if (reply.status > 299 || reply.chunks.length === 0) return [];
  const isStream = /^text\/event-stream/i.test(reply.headers.find(([name]) => name === "content-type")?.[1] ?? "");
  if (path.startsWith(NATIVE_PATH)) {
    // If trailers follow the headers directly, there is no body for an error.
    const isEmpty = !!reply.trailers && body.length === 0;
    if (status >= 400) return isEmpty || isError(parsed(body)) ? [] : ["an error is not in OpenAI's shape"];
    const streamed = /^text\/event-stream/.test(headers.get("content-type") ?? "");
    return streamed ? streamFaults(body, !!reply.trailers) : wholeFaults(body);
  }
  if (target.edits) return [];
  const came = withoutKeys(Buffer.concat(reply.chunks));
  if (!isStream) return body.equals(came) ? [] : ["a response in OpenAI's format was changed"];
  return reply.trailers || isWatched(came, body) ? [] : ["a stream that is OpenAI's was changed"];
}

function ownErrorFaults({ stream, attack, reply }: Played, status: number): string[] {
  const wanted: Record<string, number | undefined> = {
    "ai-proxy.bad_request": 400,
    "ai-proxy.unsupported_api": 404,
    "ai-proxy.method_not_allowed": 405,
    "ai-proxy.context_unavailable": 503,
    "ai-proxy.bad_route_config": 500,
    "ai-proxy.unknown_provider": 500,
    "ai-proxy.provider_error": reply && reply.status < 400 ? 502 : reply?.status,
  };
  if (wanted[stream.details] !== status) return [`${stream.details} with status ${status}`];
  if (stream.details === "ai-proxy.bad_route_config" || attack.method === "HEAD") return [];
  const isJson = stream.client.headers?.get("content-type") === "application/json";
  return isJson && isError(parsed(stream.client.bodyBytes)) ? [] : [`${stream.details} is not in OpenAI's shape`];
}

function wholeFaults(body: Buffer): string[] {
  const shape = parsed(body)?.object;
  return shape === "chat.completion" || shape === "list" ? [] : ["a translated response is not in OpenAI's shape"];
}

function streamFaults(body: Buffer, hasTrailers: boolean): string[] {
  const lines = body.toString("latin1").split("\n\n");
  if (lines.pop() !== "") return ["a translated stream does not end with an event's end"];
  for (const [at, line] of lines.entries()) {
    if (!line.startsWith("data: ") || line.includes("\n")) return [`event ${at} is more than its data`];
    if (line === "data: [DONE]") {
      if (at < lines.length - 1) return ["something follows [DONE]"];
      continue;
    }
    const chunk = parsed(Buffer.from(line.slice(6), "latin1"));
    if (!chunk) return [`event ${at} is no JSON object`];
    const strange = Object.keys(chunk).find((key) => !CHUNK_KEYS.includes(key));
    if (strange !== undefined) return [`event ${at} has a member ${strange}`];
    if (chunk.error ? !isError(chunk) : chunk.object !== "chat.completion.chunk") return [`event ${at} is no chunk`];
  }
  return lines.at(-1) === "data: [DONE]" || hasTrailers ? [] : ["a translated stream ends without [DONE]"];
}

/** The output is bounded by the input, so that nobody can use the gateway as an amplifier. */
function sizeFaults({ stream, attack, reply }: Played): string[] {
  const [requested, answered] = [attack.body.length, Buffer.concat(reply?.chunks ?? []).length];
  const [forwarded, returned] = [stream.upstream.bodyBytes.length, stream.client.bodyBytes.length];
  const found: string[] = [];
  if (forwarded > 8000 + 2 * requested) found.push(`${requested} bytes became ${forwarded} for the provider`);
  if (returned > 4000 + 2 * requested + 40 * answered)
    found.push(`${answered} bytes became ${returned} for the client`);
  return found;
}

/** Whether the client got the provider's stream, or that stream without the chunks that have only the usage. */
export function isWatched(came: Buffer, body: Buffer): boolean {
  return body.equals(came) || lineEnds(body.toString("latin1")) === lineEnds(withoutUsage(came));
}

/** The stream without the chunks that have only the usage, read by an independent reader; malformed data is not JSON. */
function withoutUsage(stream: Buffer): string {
  const kept = decodeWhole(stream, "latin1").filter(({ data }) => {
    // Data that is nested too deeply is not read, and passes.
    const event = data === undefined || depthOf(data) > 256 ? undefined : parsed(Buffer.from(data, "latin1"));
    return !(isObject(event?.usage) && Array.isArray(event.choices) && event.choices.length === 0);
  });
  return kept.map(({ raw }) => raw).join("");
}

/** An LF that a chunk border separates from its CR may be missing after an event: it has no meaning for a reader. */
function lineEnds(text: string): string {
  return text.replaceAll(/\r\n?/g, "\n").replaceAll(/\n{2,}/g, "\n\n");
}

function depthOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const [bracket] of text.matchAll(/[[{\]}]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function isError(response: JsonObject | undefined): boolean {
  return isObject(response?.error) && typeof response.error.message === "string";
}

function parsed(body: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(body));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const pathOf = (path = ""): string => path.split("?")[0];
