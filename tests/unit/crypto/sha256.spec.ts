import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { encodeHex } from "../../../assembly/bytes/hex";
import { subslice } from "../../../assembly/bytes/slice";
import { Sha256, sha256 } from "../../../assembly/crypto/sha256";
import { utf8, written } from "../assembly/slices";

const bytes = new ByteBuffer();
const out = new ByteBuffer();
const pieces = new Sha256();

function hexOf(): string {
  out.clear();
  encodeHex(bytes.slice, out);
  bytes.clear();
  return written(out);
}

function digestOf(text: string): string {
  sha256(utf8(text), bytes);
  return hexOf();
}

// https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
describe("SHA-256", () => {
  test("of no byte, of less than a block, and of more than one", () => {
    expect(digestOf("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(digestOf("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(digestOf("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).toBe(
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    );
  });

  test("of a million letters", () => {
    expect(digestOf("a".repeat(1000000))).toBe("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  });

  test("is the same however the message is cut", () => {
    const message = utf8("abcdefghij".repeat(13));
    sha256(message, bytes);
    const expected = hexOf();
    for (let cut = 0; cut <= 130; cut++) {
      pieces
        .begin()
        .update(subslice(message, 0, cut))
        .update(subslice(message, cut))
        .finish(bytes);
      expect(hexOf()).toBe(expected);
    }
  });
});
