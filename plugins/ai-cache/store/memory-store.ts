import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { hexValue } from "../../../assembly/bytes/hex";
import { byteAt, Slice } from "../../../assembly/bytes/slice";
import { setSharedData, SharedValue, Written } from "../../../assembly/host/shared-data";
import { storeErrors } from "../metrics";
import { LookupFilter, Store } from "./store";

/** The digits of a key that choose its place. */
const DIGITS: i32 = 7;

const prefix = new ByteBuffer().text("ai-cache:");
const name = new ByteBuffer();
const value = new SharedValue();

/**
 * Responses in the memory of this Envoy, which all workers share. It has a fixed number of places, since shared data cannot be deleted: a new
 * response takes the place of the one that was there.
 */
export class MemoryStore extends Store {
  /** `places`: how many responses are stored at most. */
  constructor(
    lifetime: i32,
    private readonly places: i32,
  ) {
    super(lifetime);
  }

  override get isLocal(): bool {
    return true;
  }

  override find(key: Slice, question: Slice, limit: i32, filter: LookupFilter): Slice {
    return value.read(this.placeOf(key));
  }

  override put(key: Slice, question: Slice, entry: Slice, seconds: i32): void {
    if (setSharedData(this.placeOf(key), entry) != Written.Yes) storeErrors.add();
  }

  private placeOf(key: Slice): Slice {
    let number: u32 = 0;
    for (let i = 0; i < DIGITS; i++) number = (number << 4) | hexValue(byteAt(key, i));
    name.clear();
    return name.append(prefix.slice).integer(number % <u32>this.places).slice;
  }
}
