import { returnedBytes } from "../abi/memory";
import { bufferOf, Slice, sliceOfBuffer } from "../bytes/slice";
import { WasmResultValues } from "./enums";

/** A text as UTF-8. The collector does not run within a callback, so that the bytes stay for the next host call. */
export function utf8(text: string): Slice {
  return sliceOfBuffer(String.UTF8.encode(text));
}

/** A copy of what the host has just returned; empty unless the status is `Ok`. */
export function copyOf(status: WasmResultValues): ArrayBuffer {
  return status == WasmResultValues.Ok ? bufferOf(returnedBytes()) : new ArrayBuffer(0);
}
