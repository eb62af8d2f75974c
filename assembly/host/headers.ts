import { parseDecimal } from "../bytes/decimal";
import { MapType, Status } from "../abi/enums";
import {
  proxy_add_header_map_value,
  proxy_get_header_map_pairs,
  proxy_get_header_map_size,
  proxy_get_header_map_value,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
} from "../abi/imports";
import { expectBytes, RETURNED, returnedBytes, returnedNumber } from "../abi/memory";
import { constant } from "../bytes/constant";
import { readU32, writeU32 } from "../bytes/integers";
import { ABSENT, Slice, sliceBetween, sliceEnd, sliceOf, sliceSize, slicesEqual, sliceStart } from "../bytes/slice";
import { alsoEncoded, encoded } from "./scratch";

/** Grows when the maps of streams are forgotten: those that were read since then have this number. */
let turn: u64 = 1;
/** The number of a map that belongs to no stream, and was read: it stays until it is forgotten itself. */
const KEPT: u64 = u64.MAX_VALUE;
const STATUS = constant(":status");

/**
 * A header map of the current stream. Reading costs one host call for each callback: `get` and the other readers show the headers
 * as they were when they were first read in this callback. Changes go to the host at once, and the readers do not see them.
 */
// @ts-ignore: decorator
@unmanaged
export class HeaderMap {
  private pairs: Slice = ABSENT;
  /** The `turn` in which it was read, or `KEPT`. */
  private readIn: u64 = 0;
  /** The sizes of the names, see `sizeBit`: most headers that plugins look for are absent. */
  private sizes: u64 = 0;
  /** The number of headers, pseudo headers included. */
  count: i32 = 0;

  constructor(private readonly type: MapType) {}

  /** The first value of the header (name in lower case), or `ABSENT`. */
  get(name: string): Slice {
    return this.hasSizes(sizeBit(name.length)) ? this.find(encoded(name)) : ABSENT;
  }

  /** `get` for a name that is a `constant`. */
  of(name: Slice): Slice {
    return this.hasSizes(sizeBit(sliceSize(name))) ? this.find(name) : ABSENT;
  }

  /** Whether there is a header whose name has one of these sizes: bits of `sizeBit`. */
  hasSizes(sizes: u64): bool {
    return this.load() && (this.sizes & sizes) != 0;
  }

  /** The `:status` of a response; 0 if there is none. */
  get status(): i32 {
    return max(parseDecimal(this.of(STATUS)), 0);
  }

  /**
   * `get` for a plugin that looks at one header: unless the headers were read in this callback, the host copies this value
   * alone, and further calls ask the host again.
   */
  first(name: string): Slice {
    return this.isRead ? this.get(name) : this.valueOf(encoded(name));
  }

  /** `first` for a name in bytes. */
  firstOf(name: Slice): Slice {
    return this.isRead ? this.of(name) : this.valueOf(name);
  }

  private valueOf(key: Slice): Slice {
    expectBytes();
    const status = proxy_get_header_map_value(this.type, sliceStart(key), sliceSize(key), RETURNED, RETURNED + 4);
    return status == Status.Ok ? returnedBytes() : ABSENT;
  }

  /** Reads the headers, once for each callback. Returns whether the host has such a map now. */
  load(): bool {
    if (this.isRead) return this.pairs != ABSENT;
    this.readIn = this.type < MapType.GrpcReceiveInitialMetadata ? turn : KEPT;
    this.pairs = ABSENT;
    this.count = 0;
    this.sizes = 0;
    expectBytes();
    if (proxy_get_header_map_pairs(this.type, RETURNED, RETURNED + 4) != Status.Ok) return false;
    // The table: u32 count, then u32 name size and u32 value size of each; then name NUL value NUL of each. The name's
    // size is replaced by the value's address, from which both follow.
    this.pairs = returnedBytes();
    if (sliceSize(this.pairs) < 4) return true;
    this.count = <i32>readU32(this.pairs, 0);
    let at = this.firstName();
    for (let i = 0; i < this.count; i++) {
      const entry = entryOf(i);
      const size = readU32(this.pairs, entry);
      this.sizes |= sizeBit(size);
      at += size + 1;
      writeU32(this.pairs, entry, <u32>at);
      at += readU32(this.pairs, entry + 4) + 1;
    }
    return true;
  }

  /** The name of header `i`. */
  nameAt(i: i32): Slice {
    const start = i ? sliceEnd(this.valueAt(i - 1)) + 1 : this.firstName();
    return sliceBetween(start, sliceStart(this.valueAt(i)) - 1);
  }

  /** The value of header `i`. */
  @inline
  valueAt(i: i32): Slice {
    const entry = entryOf(i);
    return sliceOf(<usize>readU32(this.pairs, entry), <i32>readU32(this.pairs, entry + 4));
  }

  /** Replaces all values by one. */
  set(name: string, value: Slice): void {
    this.setNamed(encoded(name), value);
  }

  /** Replaces all values by one text. */
  setText(name: string, text: string): void {
    this.set(name, alsoEncoded(text));
  }

  /**
   * `set` for a header that is changed at most once in a callback: if it was absent when the headers were read it is added, which
   * costs the host less.
   */
  put(name: string, value: Slice): void {
    if (this.isRead && this.get(name) == ABSENT) this.add(name, value);
    else this.set(name, value);
  }

  /** Adds a value; existing values stay. */
  add(name: string, value: Slice): void {
    this.addNamed(encoded(name), value);
  }

  /** Removes all values. */
  remove(name: string): void {
    this.removeNamed(encoded(name));
  }

  /** `set` for a name in bytes. */
  setNamed(name: Slice, value: Slice): void {
    proxy_replace_header_map_value(this.type, sliceStart(name), sliceSize(name), sliceStart(value), sliceSize(value));
  }

  /** `add` for a name in bytes. */
  addNamed(name: Slice, value: Slice): void {
    proxy_add_header_map_value(this.type, sliceStart(name), sliceSize(name), sliceStart(value), sliceSize(value));
  }

  /** `remove` for a name in bytes. */
  removeNamed(name: Slice): void {
    proxy_remove_header_map_value(this.type, sliceStart(name), sliceSize(name));
  }

  /** Forgets what was read, as `forgetHeaders` does for the maps of a stream. */
  @inline
  forget(): void {
    this.readIn = 0;
  }

  /** Whether it was read, and not forgotten. */
  @inline
  private get isRead(): bool {
    return this.readIn >= turn;
  }

  private find(name: Slice): Slice {
    // Each name and value begins after the NUL of the one before.
    let at = this.firstName();
    const size = sliceSize(name);
    for (let i = 0; i < this.count; i++) {
      const value = this.valueAt(i);
      const end = sliceStart(value) - 1;
      if (<i32>(end - at) == size && slicesEqual(sliceOf(at, size), name)) return value;
      at = sliceEnd(value) + 1;
    }
    return ABSENT;
  }

  /** The address of the first name, after the table. */
  @inline
  private firstName(): usize {
    return sliceStart(this.pairs) + entryOf(this.count);
  }
}

/** What stands for the size of a name in `hasSizes`. */
// @ts-ignore: decorator
@inline
export function sizeBit(size: u32): u64 {
  // Modulo 64.
  return (<u64>1) << size;
}

/** The offset of an entry of the table: two numbers of 32 bits. */
// @ts-ignore: decorator
@inline
function entryOf(i: i32): i32 {
  return 4 + 8 * i;
}

/** The request headers, as the next filter or the upstream gets them. */
export const requestHeaders = new HeaderMap(MapType.RequestHeaders);
/** The response headers, as the next filter or the client gets them. */
export const responseHeaders = new HeaderMap(MapType.ResponseHeaders);
/** The request trailers. */
export const requestTrailers = new HeaderMap(MapType.RequestTrailers);
/** The response trailers. */
export const responseTrailers = new HeaderMap(MapType.ResponseTrailers);

/** Forgets what was read of the maps above; the dispatcher calls it when a callback returns. */
// @ts-ignore: decorator
@inline
export function forgetHeaders(): void {
  turn++;
}

/** The size of the names and values of a header map in bytes, as Envoy counts it; -1 if the host has no such map now. */
export function headersSize(type: MapType): i32 {
  expectBytes();
  return proxy_get_header_map_size(type, RETURNED) == Status.Ok ? <i32>returnedNumber() : -1;
}
