import { CLIENT_HEADERS_STATE } from "../../../assembly/ai/contract";
import { EditMark, HeaderEdits } from "../../../assembly/ai/header-edits";
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
const FURTHER: u32 = 1 << 31;
/** Bytes of memory that are kept for the next request. */
const KEPT_BYTES = 16 * 1024;

// https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes
const upstreamAddress = String.UTF8.encode("upstream\0address");
const state = new FilterState(CLIENT_HEADERS_STATE);
const text = new ByteBuffer();
const kept = new ByteBuffer();

/** Tells the host how long the client's headers are kept; once for each configuration. */
export function defineClientHeaders(): void {
  state.define();
}

/**
 * Applies the edits to the request's headers; nothing else changes them. What the client sent in each of them is recorded
 * before, so that the next attempt gets it back, for any header that a provider sets.
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

/** Stores what was recorded for the next attempt, with the host ("" for the client's) and the path that this one sends. */
export function keepClientHeaders(exchange: Exchange, authority: string, path: Slice, headers: HeaderMap): void {
  if (!exchange.isInRoutersChain) return;
  const taken = exchange.clientHeaders;
  text.clear();
  if (authority.length) text.text(authority);
  else text.append(headers.get(":authority"));
  kept.release(KEPT_BYTES);
  write(kept, text.slice);
  write(kept, path);
  state.set(kept.append(taken.slice).slice);
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
  return sliceSize(state.get()) > 0;
}

/** Restores the client's headers of a request that no provider serves here: another target's API key must not be forwarded. */
export class Restored extends HttpFilter {
  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    restoreHeaders(headers);
    return HeadersAction.Continue;
  }
}

/** Records the name and each value of every header that is changed now and was not before, in one walk along the headers. */
function takeDown(taken: ByteBuffer, edits: HeaderEdits, headers: HeaderMap): void {
  markTaken(taken, edits);
  if (headers.load()) {
    for (let at = 0; at < headers.count; at++) {
      const i = edits.find(headers.nameAt(at));
      if (i < 0 || edits.markAt(i) == EditMark.Taken) continue;
      const isFurther = edits.markAt(i) == EditMark.Seen;
      edits.mark(i, EditMark.Seen);
      writeName(taken, edits.nameAt(i), isFurther);
      write(taken, headers.valueAt(at));
    }
  }
  for (let i = 0; i < edits.count; i++) {
    if (edits.markAt(i) != EditMark.None) continue;
    writeName(taken, edits.nameAt(i), false);
    write(taken, ABSENT);
  }
}

/** Marks the headers that an earlier call for the same request has recorded. */
function markTaken(taken: ByteBuffer, edits: HeaderEdits): void {
  const end = taken.start + taken.size;
  for (let at = taken.start; at < end;) {
    const name = nameAt(at, end);
    const i = edits.find(name);
    if (i >= 0) edits.mark(i, EditMark.Taken);
    at = behind(sliceEnd(name), entryAt(sliceEnd(name), end));
  }
}

function restoreHeaders(headers: HeaderMap): void {
  const saved = state.get();
  if (sliceSize(saved) == 0) return;
  const end = sliceEnd(saved);
  const authority = entryAt(sliceStart(saved), end);
  const path = entryAt(behind(sliceStart(saved), authority), end);
  const isAsSent = slicesEqual(headers.get(":authority"), authority) && slicesEqual(headers.get(":path"), path);
  for (let at = behind(behind(sliceStart(saved), authority), path); at < end;) {
    const name = nameAt(at, end);
    if (name == ABSENT) break;
    const isFurther = isFurtherAt(at);
    const value = entryAt(sliceEnd(name), end);
    at = behind(sliceEnd(name), value);
    const isPlace = sliceEquals(name, ":authority") || sliceEquals(name, ":path");
    if (isAsSent || !isPlace) restore(headers, sliceToString(name), value, isFurther);
  }
  headers.forget();
}

/** `isFurther`: an earlier value of the header was restored already. */
function restore(headers: HeaderMap, name: string, value: Slice, isFurther: bool): void {
  if (isFurther) headers.add(name, value);
  else if (value != ABSENT) headers.set(name, value);
  else if (headers.get(name) != ABSENT) headers.remove(name);
}

/** A name is written as an entry; the highest bit of its size says whether the header has a value before this one. */
function writeName(out: ByteBuffer, name: string, isFurther: bool): void {
  text.clear();
  const bytes = text.text(name).slice;
  out.u32(sliceSize(bytes) | (isFurther ? FURTHER : 0));
  out.append(bytes);
}

function nameAt(at: usize, end: usize): Slice {
  const size = at + 4 <= end ? readU32(sliceOf(at, 4), 0) & ~FURTHER : MISSING;
  return size > <u32>(end - at - 4) ? ABSENT : sliceOf(at + 4, size);
}

function isFurtherAt(at: usize): bool {
  return (readU32(sliceOf(at, 4), 0) & FURTHER) != 0;
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
