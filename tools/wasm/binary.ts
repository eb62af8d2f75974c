/** A number without a sign, as LEB128. */
export function leb(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value > 0x7f; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return Buffer.from([...bytes, value]);
}

/** A number that is not negative, as signed LEB128: bit 6 of the last byte is its sign. */
export function signedLeb(value: number): Uint8Array {
  const bytes = leb(value);
  const end = bytes.length - 1;
  return bytes[end] & 0x40 ? Buffer.from([...bytes.subarray(0, end), bytes[end] | 0x80, 0]) : bytes;
}

/** Reads the bytes of a module from front to back. */
export class Reader {
  private at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  /** How many bytes were read. */
  get position(): number {
    return this.at;
  }

  byte(): number {
    return this.bytes[this.at++];
  }

  leb(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  take(count: number): Uint8Array {
    return this.bytes.subarray(this.at, (this.at += count));
  }

  rest(): Uint8Array {
    return this.take(this.bytes.length);
  }
}
