import { CLIENT_HEADERS_STATE } from "../../../assembly/ai/contract";
import { HeaderEdits } from "../../../assembly/ai/header-edits";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { readU32 } from "../../../assembly/bytes/integers";
import {
  ABSENT,
  Slice,
  sliceEnd,
  sliceEquals,
  sliceOf,
  sliceOfBuffer,
  slicesEqual,
  sliceSize,
  sliceStart,
  sliceToString,
} from "../../../assembly/bytes/slice";
import { FilterState } from "../../../assembly/host/filter-state";
import { HeaderMap } from "../../../assembly/host/headers";
import { property } from "../../../assembly/host/property";
import { HeadersAction, HttpFilter } from "../../../assembly/plugin/filter";
import { Exchange } from "../exchange";

const MISSING: u32 = u32.MAX_VALUE;

// https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes
const upstreamAddress = String.UTF8.encode("upstream\0address");
const state = new FilterState(CLIENT_HEADERS_STATE);
const text = new ByteBuffer();

/** Tells the host how long the client's headers are kept; once for each configuration. */
export function defineClientHeaders(): void {
  state.define();
}

/**
 * Changes the request's headers, the one place where that is done: what the client sent in each that is changed is taken
 * down before, so that the next attempt can have it back, whatever a provider sets.
 */
export function applyEdits(exchange: Exchange, headers: HeaderMap): void {
  const edits = exchange.headers;
  if (exchange.isInRoutersChain) takeDown(exchange.clientHeaders, edits, headers);
  for (let i = 0; i < edits.count; i++) {
    const name = edits.nameAt(i);
    if (edits.isRemoval(i)) {
      if (headers.get(name) != ABSENT) headers.remove(name);
    } else if (edits.valueAt(i) != ABSENT) headers.set(name, edits.valueAt(i));
    else headers.setText(name, edits.textAt(i));
  }
}

/** Keeps them for the next attempt, with the host ("" for the client's) and the path that this one sends. */
export function keepClientHeaders(exchange: Exchange, authority: string, path: Slice, headers: HeaderMap): void {
  if (!exchange.isInRoutersChain) return;
  const taken = exchange.clientHeaders;
  text.clear();
  if (authority.length) text.text(authority);
  else text.append(headers.get(":authority"));
  const sent = new ByteBuffer();
  write(sent, text.slice);
  write(sent, path);
  state.set(sent.append(taken.slice).slice);
  sent.dispose();
  taken.free();
}

/**
 * In the router's chain, restores the client's headers that an earlier attempt changed: Envoy keeps the changes of one attempt for
 * the next, so that the API key of one provider would reach another. Host and path stay if another filter has changed them since.
 * It runs first, and determines the chain: the upstream's address is known before the request headers in the router's chain only.
 */
export function restoreClientHeaders(exchange: Exchange, headers: HeaderMap): void {
  exchange.isInRoutersChain = property(sliceOfBuffer(upstreamAddress)) != ABSENT;
  if (exchange.isInRoutersChain) restoreHeaders(headers);
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

/** Takes down the name and each value of every header that is changed now and was not before. */
function takeDown(taken: ByteBuffer, edits: HeaderEdits, headers: HeaderMap): void {
  for (let i = 0; i < edits.count; i++) {
    const name = edits.nameAt(i);
    if (wasTaken(taken, name)) continue;
    let isThere = false;
    for (let at = 0; headers.load() && at < headers.count; at++) {
      if (!sliceEquals(headers.nameAt(at), name)) continue;
      isThere = true;
      writeName(taken, name);
      write(taken, headers.valueAt(at));
    }
    if (isThere) continue;
    writeName(taken, name);
    write(taken, ABSENT);
  }
}

function wasTaken(taken: ByteBuffer, name: string): bool {
  const end = taken.start + taken.size;
  for (let at = taken.start; at < end;) {
    const entry = entryAt(at, end);
    if (sliceEquals(entry, name)) return true;
    at = behind(sliceEnd(entry), entryAt(sliceEnd(entry), end));
  }
  return false;
}

function restoreHeaders(headers: HeaderMap): void {
  const saved = state.get();
  if (saved == ABSENT) return;
  const end = sliceEnd(saved);
  const authority = entryAt(sliceStart(saved), end);
  const path = entryAt(behind(sliceStart(saved), authority), end);
  const isAsSent = slicesEqual(headers.get(":authority"), authority) && slicesEqual(headers.get(":path"), path);
  let before = ABSENT;
  for (let at = behind(behind(sliceStart(saved), authority), path); at < end;) {
    const name = entryAt(at, end);
    if (name == ABSENT) break;
    const value = entryAt(sliceEnd(name), end);
    at = behind(sliceEnd(name), value);
    const isPlace = sliceEquals(name, ":authority") || sliceEquals(name, ":path");
    if (isAsSent || !isPlace) restore(headers, sliceToString(name), value, slicesEqual(name, before));
    before = name;
  }
  headers.forget();
}

/** `isNext`: the header has a value already that was put back. */
function restore(headers: HeaderMap, name: string, value: Slice, isNext: bool): void {
  if (isNext) headers.add(name, value);
  else if (value != ABSENT) headers.set(name, value);
  else if (headers.get(name) != ABSENT) headers.remove(name);
}

function writeName(out: ByteBuffer, name: string): void {
  text.clear();
  write(out, text.text(name).slice);
}

/** An entry is the size of the text, or `MISSING`, and the text. */
function write(out: ByteBuffer, value: Slice): void {
  out.u32(value == ABSENT ? MISSING : sliceSize(value));
  if (value != ABSENT) out.append(value);
}

function entryAt(at: usize, end: usize): Slice {
  const size = at + 4 <= end ? readU32(sliceOf(at, 4), 0) : MISSING;
  return size > <u32>(end - at - 4) ? ABSENT : sliceOf(at + 4, size);
}

function behind(at: usize, entry: Slice): usize {
  return entry == ABSENT ? at + 4 : sliceEnd(entry);
}
