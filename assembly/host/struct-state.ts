import { ByteBuffer } from "../bytes/buffer";
import { constant } from "../bytes/constant";
import { Slice, sliceSize } from "../bytes/slice";
import { wellFormed } from "../bytes/well-formed";
import { declareMessage } from "./filter-state";
import { setPropertyAt } from "./property";

// google.protobuf.Struct: fields = 1, a map: key = 1, value = 2. Value: number_value = 2, string_value = 3, bool_value = 4.
// https://protobuf.dev/reference/protobuf/google.protobuf/#struct
const TYPE_URL = "type.googleapis.com/google.protobuf.Struct";
const ENTRY: u32 = 0x0a;
const KEY: u32 = 0x0a;
const VALUE: u32 = 0x12;
const NUMBER: u32 = 0x11;
const STRING: u32 = 0x1a;
const BOOLEAN: u32 = 0x20;
/** The size of a number with its tag, and of a boolean. */
const NUMBER_SIZE: i32 = 9;
const BOOLEAN_SIZE: i32 = 2;
/** The memory that is kept for the next message. */
const KEPT_BYTES: i32 = 16 << 10;

const scratch = new ByteBuffer();

/**
 * Filter state with several fields, which one host call sets. A formatter of Envoy reads a field with
 * `%CEL(filter_state['wasm.<name>'].<field>)%`. In JSON `%TYPED_CEL(…)%` keeps numbers as numbers, and without a field it is an object
 * of all of them. A field that is absent is `null` there, and no attribute of a span.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#command-operators
 */
export class StructState {
  private readonly out: ByteBuffer = new ByteBuffer();
  private readonly path: Slice;

  /** The name is at most 127 bytes of ASCII, and so is each key, which is a `constant`. Made at the top level of a file. */
  constructor(readonly name: string) {
    this.path = constant(name);
  }

  /** Declares the type in the host; once for each configuration, while it is read. */
  define(): void {
    declareMessage(this.name, TYPE_URL);
  }

  /** Begins without fields. */
  begin(): this {
    this.out.clear();
    return this;
  }

  /** Adds a text, unless it is empty; malformed UTF-8 becomes U+FFFD. */
  text(key: Slice, value: Slice): this {
    if (!sliceSize(value)) return this;
    const utf8 = wellFormed(value, scratch);
    const size = sliceSize(utf8);
    const out = this.entry(key, 1 + varintSize(size) + size);
    writeSize(out, STRING, size);
    out.append(utf8);
    if (utf8 != value) scratch.release(KEPT_BYTES);
    return this;
  }

  /** Adds a number. */
  number(key: Slice, value: f64): this {
    this.entry(key, NUMBER_SIZE).byte(NUMBER).u64(reinterpret<u64>(value));
    return this;
  }

  /** Adds `true` or `false`. */
  boolean(key: Slice, value: bool): this {
    writeSize(this.entry(key, BOOLEAN_SIZE), BOOLEAN, value ? 1 : 0);
    return this;
  }

  /** Sets the fields for the current stream, in place of those that it had. */
  set(): void {
    setPropertyAt(this.path, this.out.slice);
    this.out.release(KEPT_BYTES);
  }

  /** Begins a field with a value of this size. */
  private entry(key: Slice, size: i32): ByteBuffer {
    const out = this.out;
    const length = sliceSize(key);
    const short = 4 + length + size;
    if (short < 0x80) {
      // Each size is one byte.
      out.u32(ENTRY | (short << 8) | (KEY << 16) | (length << 24));
      return out.constant(key).u16(VALUE | (size << 8));
    }
    writeSize(out, ENTRY, 2 + length + 1 + varintSize(size) + size);
    writeSize(out, KEY, length);
    writeSize(out.constant(key), VALUE, size);
    return out;
  }
}

function varintSize(value: i32): i32 {
  let size = 1;
  for (let rest = (<u32>value) >> 7; rest; rest >>= 7) size++;
  return size;
}

/** Appends a tag, and a number behind it. */
function writeSize(out: ByteBuffer, tag: u32, size: i32): void {
  let rest = <u32>size;
  if (rest < 0x80) {
    out.u16(tag | (rest << 8));
    return;
  }
  out.byte(tag);
  for (; rest >= 0x80; rest >>= 7) out.byte((rest & 0x7f) | 0x80);
  out.byte(rest);
}
