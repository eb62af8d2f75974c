import "../../../assembly/abi/abort";
import { MapType } from "../../../assembly/abi/enums";
import {
  proxy_add_header_map_value,
  proxy_get_buffer_bytes,
  proxy_get_header_map_pairs,
  proxy_get_header_map_value,
  proxy_get_property,
  proxy_replace_header_map_value,
  proxy_set_property,
} from "../../../assembly/abi/imports";
import { enterCallback, leaveCallback, RETURNED } from "../../../assembly/abi/memory";

// Host calls only: the minimum for any plugin that needs them.
export { enterCallback, leaveCallback };

/** A text whose bytes are encoded once. */
export const utf8 = (text: string): ArrayBuffer => String.UTF8.encode(text);

/** Reads a property. */
export function readProperty(path: ArrayBuffer): void {
  proxy_get_property(changetype<usize>(path), path.byteLength, RETURNED, RETURNED + 4);
}

/** Reads all headers of a map. */
export function readHeaders(map: MapType): void {
  proxy_get_header_map_pairs(map, RETURNED, RETURNED + 4);
}

/** Reads the first value of one header. */
export function readHeader(map: MapType, name: ArrayBuffer): void {
  proxy_get_header_map_value(map, changetype<usize>(name), name.byteLength, RETURNED, RETURNED + 4);
}

/** Replaces a header. */
export function replaceHeader(map: MapType, name: ArrayBuffer, value: ArrayBuffer): void {
  proxy_replace_header_map_value(
    map,
    changetype<usize>(name),
    name.byteLength,
    changetype<usize>(value),
    value.byteLength,
  );
}

/** Adds a header. */
export function addHeader(map: MapType, name: ArrayBuffer, value: ArrayBuffer): void {
  proxy_add_header_map_value(map, changetype<usize>(name), name.byteLength, changetype<usize>(value), value.byteLength);
}

/** Reads this number of bytes of the request's body. */
export function readRequestBody(size: u32): void {
  proxy_get_buffer_bytes(0, 0, size, RETURNED, RETURNED + 4);
}

/** Reads this number of bytes of the response's body. */
export function readResponseBody(size: u32): void {
  proxy_get_buffer_bytes(1, 0, size, RETURNED, RETURNED + 4);
}

/** Sets a property. */
export function setProperty(name: ArrayBuffer, value: ArrayBuffer): void {
  proxy_set_property(changetype<usize>(name), name.byteLength, changetype<usize>(value), value.byteLength);
}
