import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { readU32 } from "../../../assembly/bytes/integers";
import { Slice, sliceSize } from "../../../assembly/bytes/slice";
import { SharedValue, Written } from "../../../assembly/host/shared-data";

const SIZE = 4;
const MOST_TRIES = 32;

/** How often something happened in a row to each API key, shared by all workers. */
export class KeyCounts {
  private readonly stored: SharedValue = new SharedValue();
  private readonly key: ByteBuffer = new ByteBuffer();
  private readonly bytes: ByteBuffer = new ByteBuffer();

  /** `prefix` begins each key of the shared data. */
  constructor(private readonly prefix: string) {}

  /** Counts once more; returns the count. */
  add(name: Slice): i32 {
    const key = this.keyOf(name);
    let count = 0;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      count = this.read(key) + 1;
      if (this.write(key, count) != Written.Overtaken) break;
    }
    return count;
  }

  /** Begins again at 0. */
  clear(name: Slice): void {
    const key = this.keyOf(name);
    // If another worker counts at the same time, its count stands.
    if (this.read(key)) this.write(key, 0);
  }

  private keyOf(name: Slice): Slice {
    this.key.clear();
    return this.key.text(this.prefix).append(name).slice;
  }

  private read(key: Slice): i32 {
    const value = this.stored.read(key);
    return sliceSize(value) == SIZE ? <i32>readU32(value, 0) : 0;
  }

  private write(key: Slice, count: i32): Written {
    this.bytes.clear();
    return this.stored.replace(key, this.bytes.u32(count).slice);
  }
}
