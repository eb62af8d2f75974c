import {
  proxy_add_header_map_value,
  proxy_get_header_map_pairs,
  proxy_get_header_map_size,
  proxy_get_header_map_value,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
  proxy_set_header_map_pairs,
} from "../abi/imports";
import { expectBytes, RETURNED, returnedBytes, returnedNumber } from "../abi/memory";
import { ByteBuffer } from "../bytes/buffer";
import { readU32 } from "../bytes/integers";
import { bufferOf, Slice, sliceOfBuffer, sliceSize, sliceStart, subslice } from "../bytes/slice";
import { currentRoot, turnBack, turnToRoot } from "../host/root";
import { copyOf } from "./bytes";
import { HeaderMapTypeValues, WasmResultValues } from "./enums";

/** A header, in UTF-8. */
export class HeaderPair {
  constructor(
    public key: ArrayBuffer,
    public value: ArrayBuffer,
  ) {}

  /** The name and the value for people. */
  toString(): string {
    return `${String.UTF8.decode(this.key)}:${String.UTF8.decode(this.value)}`;
  }
}

/** Headers in their order. */
export type Headers = Array<HeaderPair>;

const table = new ByteBuffer();

/** Headers in the encoding of the ABI; valid until the next call. */
export function encodeHeaders(headers: Headers): Slice {
  table.clear();
  table.u32(headers.length);
  for (let i = 0; i < headers.length; i++) table.u32(headers[i].key.byteLength).u32(headers[i].value.byteLength);
  for (let i = 0; i < headers.length; i++) {
    table.append(sliceOfBuffer(headers[i].key)).byte(0);
    table.append(sliceOfBuffer(headers[i].value)).byte(0);
  }
  return table.slice;
}

/** Reads the encoding of the ABI. */
function decodeHeaders(pairs: Slice): Headers {
  const headers: Headers = [];
  const count = sliceSize(pairs) < 4 ? 0 : <i32>readU32(pairs, 0);
  let at = 4 + 8 * count;
  for (let i = 0; i < count; i++) {
    const keyEnd = at + <i32>readU32(pairs, 4 + 8 * i);
    const valueEnd = keyEnd + 1 + <i32>readU32(pairs, 8 + 8 * i);
    headers.push(
      new HeaderPair(bufferOf(subslice(pairs, at, keyEnd)), bufferOf(subslice(pairs, keyEnd + 1, valueEnd))),
    );
    at = valueEnd + 1;
  }
  return headers;
}

/** The response of an HTTP call belongs to the root context, which need not be the one that host calls act on. */
function turnTo(typ: HeaderMapTypeValues): u32 {
  return typ >= HeaderMapTypeValues.GrpcReceiveInitialMetadata ? turnToRoot(currentRoot()) : 0;
}

/** The first value of a header; empty if there is none. */
export function get_header_map_value(typ: HeaderMapTypeValues, key: ArrayBuffer): ArrayBuffer {
  const name = sliceOfBuffer(key);
  const context = turnTo(typ);
  expectBytes();
  const status = proxy_get_header_map_value(typ, sliceStart(name), sliceSize(name), RETURNED, RETURNED + 4);
  turnBack(context);
  return copyOf(status);
}

/** Adds a value to a header. */
export function add_header_map_value(typ: HeaderMapTypeValues, key: ArrayBuffer, value: ArrayBuffer): WasmResultValues {
  const name = sliceOfBuffer(key);
  const bytes = sliceOfBuffer(value);
  return proxy_add_header_map_value(typ, sliceStart(name), sliceSize(name), sliceStart(bytes), sliceSize(bytes));
}

/** Adds a text to a header. */
export function add_header_map_value_string(typ: HeaderMapTypeValues, key: string, value: string): WasmResultValues {
  return add_header_map_value(typ, String.UTF8.encode(key), String.UTF8.encode(value));
}

/** Replaces all values of a header by one. */
export function replace_header_map_value(typ: HeaderMapTypeValues, key: ArrayBuffer, value: ArrayBuffer): void {
  const name = sliceOfBuffer(key);
  const bytes = sliceOfBuffer(value);
  proxy_replace_header_map_value(typ, sliceStart(name), sliceSize(name), sliceStart(bytes), sliceSize(bytes));
}

/** Replaces all values of a header by a text. */
export function replace_header_map_value_string(typ: HeaderMapTypeValues, key: string, value: string): void {
  replace_header_map_value(typ, String.UTF8.encode(key), String.UTF8.encode(value));
}

/** Removes a header. */
export function remove_header_map_value(typ: HeaderMapTypeValues, key: ArrayBuffer): void {
  const name = sliceOfBuffer(key);
  proxy_remove_header_map_value(typ, sliceStart(name), sliceSize(name));
}

/** Removes a header, whose name is a string. */
export function remove_header_map_value_string(typ: HeaderMapTypeValues, key: string): void {
  remove_header_map_value(typ, String.UTF8.encode(key));
}

/** The size of the names and values in bytes; 0 if the host has no such map now. */
export function get_header_map_size(typ: HeaderMapTypeValues): usize {
  expectBytes();
  return proxy_get_header_map_size(typ, RETURNED) == WasmResultValues.Ok ? <usize>returnedNumber() : 0;
}

/** One header map of the current stream. */
export class HeaderStreamManipulator {
  constructor(public typ: HeaderMapTypeValues) {}

  /** Adds a value; existing ones stay. */
  add(key: string, value: string): void {
    add_header_map_value_string(this.typ, key, value);
  }

  /** Replaces all values by one. */
  replace(key: string, value: string): void {
    replace_header_map_value_string(this.typ, key, value);
  }

  /** The first value; empty if there is none. */
  get(key: string): string {
    return String.UTF8.decode(get_header_map_value(this.typ, String.UTF8.encode(key)));
  }

  /** Removes a header. */
  remove(key: string): void {
    remove_header_map_value_string(this.typ, key);
  }

  /** All headers; none if the host has no such map now. */
  get_headers(): Headers {
    const context = turnTo(this.typ);
    expectBytes();
    const status = proxy_get_header_map_pairs(this.typ, RETURNED, RETURNED + 4);
    turnBack(context);
    return status == WasmResultValues.Ok ? decodeHeaders(returnedBytes()) : [];
  }

  /** Replaces all headers. */
  set_headers(headers: Headers): void {
    const pairs = encodeHeaders(headers);
    proxy_set_header_map_pairs(this.typ, sliceStart(pairs), sliceSize(pairs));
  }
}

/** The header maps, or the trailer maps, of the current stream. */
export class HeaderMapManipulator {
  constructor(
    public request: HeaderStreamManipulator,
    public response: HeaderStreamManipulator,
    public http_callback: HeaderStreamManipulator,
  ) {}
}

/** The headers and trailers of the current stream. */
export class StreamContext {
  constructor(
    public headers: HeaderMapManipulator,
    public trailers: HeaderMapManipulator,
  ) {}
}

function manipulator(typ: HeaderMapTypeValues): HeaderStreamManipulator {
  return new HeaderStreamManipulator(typ);
}

/** The headers and trailers of the stream on which host calls act. */
export const stream_context = new StreamContext(
  new HeaderMapManipulator(
    manipulator(HeaderMapTypeValues.RequestHeaders),
    manipulator(HeaderMapTypeValues.ResponseHeaders),
    manipulator(HeaderMapTypeValues.HttpCallResponseHeaders),
  ),
  new HeaderMapManipulator(
    manipulator(HeaderMapTypeValues.RequestTrailers),
    manipulator(HeaderMapTypeValues.ResponseTrailers),
    manipulator(HeaderMapTypeValues.HttpCallResponseTrailers),
  ),
);
