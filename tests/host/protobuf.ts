// SPDX-License-Identifier: Apache-2.0
/**
 * The fields of a flat protobuf message: numbers and length-delimited bytes, the last of each; those of fixed size are skipped.
 * Null if it is broken.
 */
export function readMessage(data: Buffer): Map<number, number | Buffer> | null {
  const fields = new Map<number, number | Buffer>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (at >= data.length) return NaN;
      const byte = data[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return NaN;
  };
  while (at < data.length) {
    const tag = varint();
    if (Number.isNaN(tag)) return null;
    if ((tag & 7) === 0) fields.set(tag >> 3, varint());
    else if ((tag & 7) === 2) {
      const size = varint();
      if (Number.isNaN(size) || at + size > data.length) return null;
      fields.set(tag >> 3, data.subarray(at, at + size));
      at += size;
    } else if ((tag & 7) === 1 || (tag & 7) === 5) {
      at += (tag & 7) === 1 ? 8 : 4;
      if (at > data.length) return null;
    } else return null;
  }
  return [...fields.values()].some(Number.isNaN) ? null : fields;
}
