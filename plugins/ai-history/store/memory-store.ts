import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { hexValue } from "../../../assembly/bytes/hex";
import { readU32 } from "../../../assembly/bytes/integers";
import { ABSENT, byteAt, Slice, slicesEqual, sliceSize, subslice } from "../../../assembly/bytes/slice";
import { nowInSeconds } from "../../../assembly/host/clock";
import { SharedValue, Written } from "../../../assembly/host/shared-data";
import { storeErrors } from "../metrics";
import { newestLines } from "./lines";
import { HistoryStore, KEY_SIZE, Outcome, StoreFilter } from "./store";

/** The digits of a key that choose its places. */
const DIGITS: i32 = 7;
/** The places that a key may have: the history of another identity is only lost if all of them are taken. */
const WAYS: i32 = 4;
/** In front of the lines: the key, and the time of the last one in seconds since 1970. */
const TIME_SIZE: i32 = 4;
const HEAD_SIZE: i32 = KEY_SIZE + TIME_SIZE;
/** How often a write is tried that other workers have overtaken. */
const MOST_TRIES: i32 = 20;
const KEPT_BYTES: i32 = 64 << 10;

const name = new ByteBuffer();
const value = new SharedValue();
const text = new ByteBuffer();

/**
 * Histories in the memory of this Envoy, which all workers share. It has a fixed number of places, since shared data cannot be deleted: a new
 * history takes the place of the one that was there longest without an exchange.
 */
export class MemoryStore extends HistoryStore {
  private readonly sets: u32;

  /** `places`: how many histories are stored at most. `lifetime`: the seconds after the last exchange; 0 for ever. */
  constructor(
    places: i32,
    private readonly lifetime: i32,
  ) {
    super();
    this.sets = <u32>((places + WAYS - 1) / WAYS);
  }

  find(key: Slice, limit: i32, filter: StoreFilter): Outcome {
    filter.history = ABSENT;
    for (let way = 0; way < WAYS; way++) {
      const stored = value.read(this.nameOf(key, way));
      if (!isOf(stored, key)) continue;
      if (this.isLive(stored)) filter.history = newestLines(subslice(stored, HEAD_SIZE), limit);
      break;
    }
    return Outcome.Done;
  }

  add(key: Slice, line: Slice, limit: i32): void {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const place = this.nameOf(key, this.wayOf(key));
      const stored = value.read(place);
      text.release(KEPT_BYTES);
      text.append(key).u32(<u32>nowInSeconds());
      if (isOf(stored, key) && this.isLive(stored))
        text.append(newestLines(subslice(stored, HEAD_SIZE), limit - sliceSize(line)));
      const written = value.replace(place, text.append(line).slice);
      if (written == Written.Yes) return;
      if (written == Written.No) break;
    }
    storeErrors.add();
  }

  remove(key: Slice, filter: StoreFilter): Outcome {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const place = this.nameOf(key, this.wayOf(key));
      if (!isOf(value.read(place), key)) return Outcome.Done;
      text.clear();
      const written = value.replace(place, text.slice);
      // Workers that add to a key at once, while other keys come, may have given it two places.
      if (written == Written.No) break;
    }
    storeErrors.add();
    return Outcome.Failed;
  }

  /** The way in which a key is, or to which it belongs: an empty one, or the oldest one. */
  private wayOf(key: Slice): i32 {
    let oldest = 0;
    let time = u32.MAX_VALUE;
    for (let way = 0; way < WAYS; way++) {
      const stored = value.read(this.nameOf(key, way));
      if (isOf(stored, key)) return way;
      const at = timeOf(stored);
      if (at >= time) continue;
      time = at;
      oldest = way;
    }
    return oldest;
  }

  private isLive(stored: Slice): bool {
    return !this.lifetime || nowInSeconds() - <i64>timeOf(stored) < <i64>this.lifetime;
  }

  private nameOf(key: Slice, way: i32): Slice {
    let number: u32 = 0;
    for (let i = 0; i < DIGITS; i++) number = (number << 4) | hexValue(byteAt(key, i));
    name.clear();
    return name.text("ai-history:").integer((number % this.sets) * WAYS + way).slice;
  }
}

function isOf(stored: Slice, key: Slice): bool {
  return sliceSize(stored) > HEAD_SIZE && slicesEqual(subslice(stored, 0, KEY_SIZE), key);
}

/** When the last line was added; 0 for an empty place. */
function timeOf(stored: Slice): u32 {
  return sliceSize(stored) > HEAD_SIZE ? readU32(stored, KEY_SIZE) : 0;
}
