import { CLIENT_HEADERS_STATE, CONSUMER_HEADER, CREDENTIAL_HEADERS } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceEnd, sliceOf, slicesEqual, sliceSize, sliceStart } from "../../assembly/bytes/slice";
import { FilterState } from "../../assembly/host/filter-state";
import { HeaderMap } from "../../assembly/host/headers";
import { namedProperty } from "../../assembly/host/property";
import { HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { Exchange } from "./exchange";
import { Position, ProviderConfig } from "./provider-config";

/** The headers that ai-proxy or a provider of its changes. The first two also change when a redirect is followed. */
const NAMES: string[] = [
  ":authority",
  ":path",
  "accept",
  "accept-encoding",
  "anthropic-version",
  "content-length",
  "content-type",
  "origin",
  "referer",
  "sec-websocket-protocol",
  "x-dashscope-sse",
  CONSUMER_HEADER,
];
const PLACES = 2;
const MISSING: u32 = u32.MAX_VALUE;

const state = new FilterState(CLIENT_HEADERS_STATE);
const text = new ByteBuffer();

/** Tells the host how long the client's headers are kept; once for each configuration. */
export function defineClientHeaders(): void {
  state.define();
}

/**
 * Puts the client's headers back where an earlier attempt changed them: Envoy keeps the changes of one attempt for the
 * next, and so a key for one provider would reach another. Host and path stay where somebody else changed them since.
 */
export function restoreClientHeaders(exchange: Exchange, headers: HeaderMap): void {
  if (hasAttempts(exchange.config)) restoreHeaders(headers);
}

/** Whether an earlier attempt, or an earlier pass, of this request kept the client's headers. */
export function hasClientHeaders(): bool {
  return state.get() != ABSENT;
}

/** Gives a request that nobody serves here back what the client sent: it must not go on with another target's key. */
export class Restored extends HttpFilter {
  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    restoreHeaders(headers);
    return HeadersAction.Continue;
  }
}

function restoreHeaders(headers: HeaderMap): void {
  const saved = state.get();
  if (saved == ABSENT) return;
  let at = sliceStart(saved);
  const isMoved = !isAsSent(headers, saved);
  for (let i = 0; i < NAMES.length + CREDENTIAL_HEADERS.length; i++) {
    const value = entryAt(at, sliceEnd(saved));
    at = behind(at, value);
    if (i < PLACES && isMoved) continue;
    const name = nameOf(i);
    const now = headers.get(name);
    if (value == ABSENT) {
      if (now != ABSENT) headers.remove(name);
    } else if (now == ABSENT || !slicesEqual(now, value)) headers.set(name, value);
  }
  headers.forget();
}

/** Takes the client's headers down in `exchange.clientHeaders`, before anything changes. */
export function takeClientHeaders(exchange: Exchange, headers: HeaderMap): void {
  if (!hasAttempts(exchange.config)) return;
  const bytes = exchange.clientHeaders;
  bytes.clear();
  for (let i = 0; i < NAMES.length + CREDENTIAL_HEADERS.length; i++) write(bytes, headers.get(nameOf(i)));
}

/** Keeps them for the next attempt, with the host ("" for the client's) and the path that this one sends. */
export function keepClientHeaders(exchange: Exchange, authority: string, path: Slice): void {
  if (!hasAttempts(exchange.config)) return;
  const bytes = exchange.clientHeaders;
  text.clear();
  if (authority.length) text.text(authority);
  else text.append(entryAt(bytes.start, bytes.start + bytes.size));
  write(bytes, text.slice);
  write(bytes, path);
  state.set(bytes.slice);
  bytes.free();
}

/** Whether there may be another attempt: before the router there is none. A configuration stands in one place only. */
function hasAttempts(config: ProviderConfig): bool {
  if (config.position == Position.Unknown) {
    const isInRoutersChain = namedProperty("upstream\0address") != ABSENT;
    config.position = isInRoutersChain ? Position.RoutersChain : Position.BeforeRouter;
  }
  return config.position == Position.RoutersChain;
}

/** Whether host and path are still what the attempt before has sent. */
function isAsSent(headers: HeaderMap, saved: Slice): bool {
  const end = sliceEnd(saved);
  let at = sliceStart(saved);
  for (let i = 0; i < NAMES.length + CREDENTIAL_HEADERS.length; i++) at = behind(at, entryAt(at, end));
  const authority = entryAt(at, end);
  const path = entryAt(behind(at, authority), end);
  return slicesEqual(headers.get(":authority"), authority) && slicesEqual(headers.get(":path"), path);
}

function nameOf(index: i32): string {
  return index < NAMES.length ? NAMES[index] : CREDENTIAL_HEADERS[index - NAMES.length];
}

/** An entry is the size of the value, or `MISSING`, and the value. */
function write(out: ByteBuffer, value: Slice): void {
  store<u32>(out.reserve(4), value == ABSENT ? MISSING : sliceSize(value));
  out.size += 4;
  if (value != ABSENT) out.append(value);
}

function entryAt(at: usize, end: usize): Slice {
  const size = at + 4 <= end ? load<u32>(at) : MISSING;
  return size > <u32>(end - at - 4) ? ABSENT : sliceOf(at + 4, size);
}

function behind(at: usize, entry: Slice): usize {
  return entry == ABSENT ? at + 4 : sliceEnd(entry);
}
