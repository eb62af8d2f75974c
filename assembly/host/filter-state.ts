import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceOfBuffer } from "../bytes/slice";
import { callForeignFunction } from "./foreign";
import { property, setPropertyAt } from "./property";

// envoy.source.extensions.common.wasm.DeclarePropertyArguments: name = 1, readonly = 2, type = 3, schema = 4, span = 5.
// https://github.com/envoyproxy/envoy/blob/main/source/extensions/common/wasm/declare_property.proto
const FIELD_NAME = 0x0a;
const FIELD_TYPE = 0x18;
const FIELD_SPAN = 0x28;
const FIELD_SCHEMA = 0x22;
const TYPE_STRING = 1;
const TYPE_PROTOBUF = 3;
const SPAN_DOWNSTREAM_REQUEST = 1;

/**
 * A value that filters of one request share. It survives an internal redirect, clients cannot set it, and the access log shows it
 * as `%FILTER_STATE(wasm.<name>:PLAIN)%`. The names are in `assembly/ai/contract.ts`; at most 127 bytes.
 */
export class FilterState {
  private readonly path: ArrayBuffer;

  constructor(readonly name: string) {
    this.path = String.UTF8.encode(name);
  }

  /** Declares the span of the value in the host; once for each configuration, while it is read. */
  define(): void {
    declare(this.name, TYPE_STRING, "");
  }

  /** The value, or `ABSENT`; valid until the callback returns. */
  get(): Slice {
    return property(sliceOfBuffer(this.path));
  }

  /** Sets the value for this request, in all its passes. */
  set(value: Slice): void {
    setPropertyAt(sliceOfBuffer(this.path), value);
  }
}

/** Declares filter state that is a protobuf message of this type (a URL of at most 127 bytes), as `FilterState.define` does. */
export function declareMessage(name: string, typeUrl: string): void {
  declare(name, TYPE_PROTOBUF, typeUrl);
}

function declare(name: string, type: u32, schema: string): void {
  const argument = new ByteBuffer();
  argument.byte(FIELD_NAME).byte(name.length).text(name).byte(FIELD_TYPE).byte(type);
  if (schema.length) argument.byte(FIELD_SCHEMA).byte(schema.length).text(schema);
  argument.byte(FIELD_SPAN).byte(SPAN_DOWNSTREAM_REQUEST);
  callForeignFunction("declare_property", argument.slice);
  argument.dispose();
}
