import { ByteBuffer } from "./buffer";
import { byteAt, Slice, sliceOfBuffer, sliceSize, sliceToString } from "./slice";

const DIGITS = "0123456789ABCDEF";

/** Appends the bytes as one segment of a path: all but letters, digits and `-._~` percent-encoded (RFC 3986, 2.3). */
export function percentEncode(bytes: Slice, out: ByteBuffer): void {
  for (let i = 0; i < sliceSize(bytes); i++) {
    const byte = byteAt(bytes, i);
    if (isUnreserved(byte)) out.byte(byte);
    else
      out
        .byte(0x25)
        .byte(DIGITS.charCodeAt(byte >> 4))
        .byte(DIGITS.charCodeAt(byte & 15));
  }
}

function isUnreserved(byte: u32): bool {
  if ((byte | 0x20) - 0x61 < 26 || byte - 0x30 < 10) return true;
  return byte == 0x2d || byte == 0x2e || byte == 0x5f || byte == 0x7e;
}

/** A text as one segment of a path. */
export function encodedSegment(text: string): string {
  const bytes = String.UTF8.encode(text);
  const encoded = new ByteBuffer();
  percentEncode(sliceOfBuffer(bytes), encoded);
  const segment = sliceToString(encoded.slice);
  encoded.dispose();
  return segment;
}
