import { ByteBuffer } from "../bytes/buffer";
import { encodeHex } from "../bytes/hex";
import { bufferOf, Slice, sliceOfBuffer } from "../bytes/slice";
import { sha1 } from "../crypto/sha1";
import { RedisArguments } from "./arguments";

/**
 * A Lua script, which Redis runs as one atomic step. It is called by its hash (EVALSHA), and sent as a text (EVAL) where Redis does not
 * know it. https://valkey.io/topics/eval-intro/
 */
export class RedisScript {
  private readonly hashed: ArrayBuffer;
  private readonly whole: ArrayBuffer;

  constructor(text: string) {
    const digest = new ByteBuffer();
    const hexadecimal = new ByteBuffer();
    const encoded = new RedisArguments();
    sha1(sliceOfBuffer(String.UTF8.encode(text)), digest);
    encodeHex(digest.slice, hexadecimal);
    this.hashed = bufferOf(encoded.text("EVALSHA").bytes(hexadecimal.slice).encoded);
    this.whole = bufferOf(encoded.clear().text("EVAL").text(text).encoded);
    digest.dispose();
    hexadecimal.dispose();
    encoded.free();
  }

  /** The first two arguments, encoded: by the hash, or with the text. */
  first(withText: bool): Slice {
    return sliceOfBuffer(withText ? this.whole : this.hashed);
  }
}
