import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { encodeHex } from "../../../assembly/bytes/hex";
import { hmacSha256 } from "../../../assembly/crypto/hmac";
import { utf8, written } from "../assembly/slices";

const bytes = new ByteBuffer();
const out = new ByteBuffer();
const secret = new ByteBuffer();

function repeated(byte: u32, count: i32): ByteBuffer {
  secret.clear();
  for (let i = 0; i < count; i++) secret.byte(byte);
  return secret;
}

function codeOf(key: ByteBuffer, message: string): string {
  bytes.clear();
  hmacSha256(key.slice, utf8(message), bytes);
  out.clear();
  encodeHex(bytes.slice, out);
  return written(out);
}

// The vectors of RFC 4231, sections 4.2, 4.3, 4.7 and 4.8.
describe("HMAC-SHA256", () => {
  test("with a short secret", () => {
    expect(codeOf(repeated(0x0b, 20), "Hi There")).toBe(
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    );
    secret.clear();
    secret.text("Jefe");
    expect(codeOf(secret, "what do ya want for nothing?")).toBe(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
  });

  test("with a secret that is longer than a block", () => {
    expect(codeOf(repeated(0xaa, 131), "Test Using Larger Than Block-Size Key - Hash Key First")).toBe(
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    );
    const message =
      "This is a test using a larger than block-size key and a larger than block-size data. " +
      "The key needs to be hashed before being used by the HMAC algorithm.";
    expect(codeOf(repeated(0xaa, 131), message)).toBe(
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    );
  });
});
