import { ByteBuffer } from "../bytes/buffer";
import { readU64, writeU64 } from "../bytes/integers";
import { Slice, sliceSize } from "../bytes/slice";
import { Sha256, SHA256_BLOCK } from "./sha256";

const INNER_PAD: u32 = 0x36;
const OUTER_PAD: u32 = 0x5c;

const key = new ByteBuffer();
const block = new ByteBuffer();
const inner = new ByteBuffer();

/** HMAC-SHA256 (RFC 2104, FIPS 198-1) of a message that comes in pieces. One object serves many messages. */
export class HmacSha256 {
  private readonly digest: Sha256 = new Sha256();

  /** Starts a new message. The secret may have any size; copies of it are overwritten before the call returns. */
  begin(secret: Slice): this {
    this.pad(secret, INNER_PAD);
    return this;
  }

  /** Adds bytes to the message. */
  update(bytes: Slice): this {
    this.digest.update(bytes);
    return this;
  }

  /** Ends the message and appends its code, 32 bytes, to a buffer in which `secret` does not lie. */
  finish(secret: Slice, out: ByteBuffer): void {
    inner.clear();
    this.digest.finish(inner);
    this.pad(secret, OUTER_PAD);
    this.digest.update(inner.slice).finish(out);
  }

  /** Begins with the padded secret. */
  private pad(secret: Slice, pad: u32): void {
    key.clear();
    if (sliceSize(secret) > SHA256_BLOCK) this.digest.begin().update(secret).finish(key);
    else key.append(secret);
    this.digest.begin().update(padded(pad));
    overwrite(key);
    overwrite(block);
  }
}

const whole = new HmacSha256();

/** Appends HMAC-SHA256 of a message, 32 bytes. `out` must not be a buffer that `secret` or `message` lies in. */
export function hmacSha256(secret: Slice, message: Slice, out: ByteBuffer): void {
  whole.begin(secret).update(message).finish(secret, out);
}

function padded(pad: u32): Slice {
  block.clear();
  block.append(key.slice).zeros(SHA256_BLOCK - key.size);
  const bytes = block.slice;
  // The same byte eight times.
  const pads = <u64>pad * 0x0101010101010101;
  for (let at = 0; at < SHA256_BLOCK; at += 8) writeU64(bytes, at, readU64(bytes, at) ^ pads);
  return bytes;
}

function overwrite(buffer: ByteBuffer): void {
  const size = buffer.size;
  buffer.clear();
  buffer.zeros(size);
  buffer.clear();
}
