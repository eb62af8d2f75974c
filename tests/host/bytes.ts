// SPDX-License-Identifier: Apache-2.0
/** A body buffer that is filled, changed and drained in place, as Envoy's is. */
export class Bytes {
  private data: Buffer;

  constructor(data: Buffer = Buffer.alloc(0)) {
    this.data = data;
  }

  get length(): number {
    return this.data.length;
  }

  /** The bytes as they are now. */
  view(start = 0, end = this.data.length): Buffer {
    return this.data.subarray(start, end);
  }

  /** Gives the bytes away and is empty afterwards. */
  take(): Buffer {
    const data = this.data;
    this.data = Buffer.alloc(0);
    return data;
  }

  append(more: Buffer): void {
    this.data = this.data.length === 0 ? more : Buffer.concat([this.data, more]);
  }

  replace(other: Buffer): void {
    this.data = other;
  }
}
