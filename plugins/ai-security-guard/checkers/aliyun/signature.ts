import { HeaderEdits } from "../../../../assembly/ai/header-edits";
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { encodeHex } from "../../../../assembly/bytes/hex";
import { Slice, sliceOfBuffer, sliceToString } from "../../../../assembly/bytes/slice";
import { hmacSha256 } from "../../../../assembly/crypto/hmac";
import { sha256 } from "../../../../assembly/crypto/sha256";

const ALGORITHM = "ACS3-HMAC-SHA256";

const canonical = new ByteBuffer();
const names = new ByteBuffer();
const digest = new ByteBuffer();
const toSign = new ByteBuffer();
const hex = new ByteBuffer();

/** An access key of Alibaba Cloud. */
export class AccessKey {
  private readonly secret: ArrayBuffer;

  constructor(
    private readonly id: string,
    secret: string,
  ) {
    this.secret = String.UTF8.encode(secret);
  }

  /**
   * The `Authorization` of a POST request to `/` with this query, whose parameters are sorted and percent-encoded: signature version 3.
   * `headers` has all headers that are signed but `host`, by their names; `content` is the SHA-256 of the body in hexadecimal digits.
   * https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
   */
  sign(query: string, host: string, headers: HeaderEdits, content: string): string {
    canonical.clear();
    names.clear();
    canonical.text("POST\n/\n").text(query).byte(0x0a);
    let isHostWritten = false;
    for (let i = 0; i < headers.count; i++) {
      if (!isHostWritten && headers.nameAt(i) > "host") {
        writeHeader("host", host);
        isHostWritten = true;
      }
      writeHeader(headers.nameAt(i), headers.textAt(i));
    }
    const signed = sliceToString(names.slice);
    canonical.byte(0x0a).append(names.slice).byte(0x0a).text(content);
    toSign.clear();
    toSign.text(`${ALGORITHM}\n${sha256Hex(canonical.slice)}`);
    digest.clear();
    hmacSha256(sliceOfBuffer(this.secret), toSign.slice, digest);
    return `${ALGORITHM} Credential=${this.id},SignedHeaders=${signed},Signature=${hexOf(digest)}`;
  }
}

/** The SHA-256 of the bytes, in hexadecimal digits. */
export function sha256Hex(bytes: Slice): string {
  digest.clear();
  sha256(bytes, digest);
  return hexOf(digest);
}

function writeHeader(name: string, value: string): void {
  canonical.text(name).byte(0x3a).text(value).byte(0x0a);
  if (names.size) names.byte(0x3b);
  names.text(name);
}

function hexOf(bytes: ByteBuffer): string {
  hex.clear();
  encodeHex(bytes.slice, hex);
  return sliceToString(hex.slice);
}
