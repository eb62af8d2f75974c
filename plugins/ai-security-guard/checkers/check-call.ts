import { HeaderEdits } from "../../../assembly/ai/header-edits";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { JsonWriter } from "../../../assembly/json/writer";

/** The HTTP request that a checker writes. One object serves many calls: its content is valid until the next one is written. */
export class CheckCall {
  /** Seconds since 1970, for signatures. The caller sets it and `random` before each call is written. */
  time: i64 = 0;
  /** Sixty-four random bits, and sixty-four more: for nonces. */
  random: u64 = 0;
  random2: u64 = 0;
  /** The path with its query. The method is always POST, the authority `checker.service.authority`. */
  readonly path: ByteBuffer = new ByteBuffer();
  /** The headers, pseudo headers excepted, each with one value. */
  readonly headers: HeaderEdits = new HeaderEdits();
  /** The body. */
  readonly body: ByteBuffer = new ByteBuffer();
  /** Writes the body. */
  readonly json: JsonWriter = new JsonWriter(this.body);

  /** Removes what the last call left. */
  clear(): this {
    this.path.clear();
    this.headers.clear();
    this.body.clear();
    return this;
  }

  /** `random` as 32 hexadecimal digits. */
  nonce(): string {
    return digits(this.random) + digits(this.random2);
  }

  /** Frees the memory if it has more than `limit` bytes. */
  release(limit: i32): void {
    this.body.release(limit);
    this.path.release(limit);
  }
}

function digits(bits: u64): string {
  return bits.toString(16).padStart(16, "0");
}
