import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { encodeHex } from "../../../assembly/bytes/hex";
import { sha1 } from "../../../assembly/crypto/sha1";
import { utf8, written } from "../assembly/slices";

const bytes = new ByteBuffer();
const out = new ByteBuffer();

function digestOf(text: string): string {
  bytes.clear();
  out.clear();
  sha1(utf8(text), bytes);
  encodeHex(bytes.slice, out);
  return written(out);
}

// https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
describe("SHA-1", () => {
  test("of no byte, of less than a block, and of more than one", () => {
    expect(digestOf("")).toBe("da39a3ee5e6b4b0d3255bfef95601890afd80709");
    expect(digestOf("abc")).toBe("a9993e364706816aba3e25717850c26c9cd0d89d");
    expect(digestOf("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).toBe(
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
    );
  });

  test("of a million letters", () => {
    expect(digestOf("a".repeat(1000000))).toBe("34aa973cd4c4daa4f61eeb2bdbad27316534016f");
  });

  test("of every size around a block", () => {
    // The digests of 55, 56, 63, 64 and 65 letters, by `sha1sum`.
    const sizes = [55, 56, 63, 64, 65];
    const digests = [
      "c1c8bbdc22796e28c0e15163d20899b65621d65a",
      "c2db330f6083854c99d4b5bfb6e8f29f201be699",
      "03f09f5b158a7a8cdad920bddc29b81c18a551f5",
      "0098ba824b5c16427bd7a1122a5a442a25ec644d",
      "11655326c708d70319be2610e8a57d9a5b959d3b",
    ];
    for (let i = 0; i < sizes.length; i++) expect(digestOf("a".repeat(sizes[i]))).toBe(digests[i]);
  });
});
