import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { wordHashOf } from "../../../assembly/bytes/hash";
import { encodeHex } from "../../../assembly/bytes/hex";
import { sliceOfBuffer, sliceToString, subslice } from "../../../assembly/bytes/slice";
import { Sha256 } from "../../../assembly/crypto/sha256";

/** The characters of `ApiToken.hash`. */
export const HASH_SIZE = 8;

/** An API key of a provider. */
export class ApiToken {
  /** The value of the header that carries it, UTF-8: the scheme and the key. */
  readonly header: ArrayBuffer;
  /** The first eight hexadecimal digits of its SHA-256, by which metrics and other filters name it; "" without `failover`. */
  hash: string = "";
  /** What the key contributes to its rank among the keys for a consumer. */
  rank: u64 = 0;

  /** The name of what the workers share about it, UTF-8; empty without `failover`. */
  record: ArrayBuffer = new ArrayBuffer(0);

  /** `scheme` precedes the key in the header. */
  constructor(
    readonly text: string,
    scheme: string,
  ) {
    this.header = String.UTF8.encode(scheme + text);
  }

  /** Sets `hash`, `rank` and `record`; `provider` is the name of its provider in the configuration. */
  identify(provider: string): void {
    const digest = new ByteBuffer();
    const digits = new ByteBuffer();
    const bytes = String.UTF8.encode(this.text);
    new Sha256().begin().update(sliceOfBuffer(bytes)).finish(digest);
    this.rank = wordHashOf(digest.slice);
    encodeHex(subslice(digest.slice, 0, HASH_SIZE / 2), digits);
    this.hash = sliceToString(digits.slice);
    this.record = String.UTF8.encode(`${provider}|${this.hash}`);
    digest.dispose();
    digits.dispose();
  }
}
