import { hashOf, Slice, sliceOfBuffer, sliceSize, slicesEqual, sliceStart } from "../bytes/slice";

const MOST = 256;

/** One configuration that stood on a route. */
export class RouteConfig<C> {
  /** The configuration; `null` where it is broken, or switches the plugin off. */
  config: C | null = null;
  /** Whether it is broken: nothing passes then. */
  broken: bool = false;

  constructor(
    readonly hash: u32,
    readonly text: ArrayBuffer,
  ) {}
}

/** The configurations that were met on routes, by their text, so that each is parsed once. Keeps the last 256. */
export class RouteConfigCache<C> {
  private readonly entries: RouteConfig<C>[] = [];
  private latest: i32 = 0;
  private oldest: i32 = 0;

  /** What was kept for the text; `null` if it was never met. */
  find(text: Slice): RouteConfig<C> | null {
    const count = this.entries.length;
    if (count == 0) return null;
    const hash = hashOf(text);
    for (let i = 0; i < count; i++) {
      const at = (this.latest + i) % count;
      const entry = this.entries[at];
      if (entry.hash != hash || !slicesEqual(text, sliceOfBuffer(entry.text))) continue;
      this.latest = at;
      return entry;
    }
    return null;
  }

  /** Keeps a place for the text, in the place of the oldest if need be. */
  add(text: Slice): RouteConfig<C> {
    const copy = new ArrayBuffer(sliceSize(text));
    memory.copy(changetype<usize>(copy), sliceStart(text), sliceSize(text));
    const entry = new RouteConfig<C>(hashOf(text), copy);
    if (this.entries.length < MOST) this.entries.push(entry);
    else {
      this.entries[this.oldest] = entry;
      this.oldest = (this.oldest + 1) % MOST;
    }
    return entry;
  }
}
