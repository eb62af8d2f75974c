import { wordHashOf } from "../bytes/hash";
import { bufferOf, Slice, sliceOfBuffer, slicesEqual } from "../bytes/slice";

const FEWEST = 16;
/** A generation holds at most so many configurations, and so many bytes of their texts. */
const MOST = 16384;
const MOST_BYTES = 8 << 20;
/** It holds at most so many if the VM has more than so many pages of 64 KiB: 128 MiB. A parsed one may take 16 KB. */
const MOST_IN_LARGE_VM = 4096;
const LARGE_VM = 2048;

/** One configuration of a route. */
export class RouteConfig<C> {
  /** The configuration; `null` if it is broken or switches the plugin off. */
  config: C | null = null;
  /** Whether it is broken: the request is refused. */
  broken: bool = false;

  constructor(
    readonly hash: u64,
    readonly text: ArrayBuffer,
  ) {}
}

/** Configurations by their texts: open addressing with linear probing, at most half full. */
class Generation<C> {
  private slots: StaticArray<RouteConfig<C> | null> = new StaticArray<RouteConfig<C> | null>(FEWEST);
  private count: i32 = 0;
  private bytes: i32 = 0;

  find(text: Slice, hash: u64): RouteConfig<C> | null {
    const slots = this.slots;
    const mask = slots.length - 1;
    let at = (<i32>hash) & mask;
    let entry = unchecked(slots[at]);
    while (entry !== null && (entry.hash != hash || !slicesEqual(text, sliceOfBuffer(entry.text)))) {
      at = (at + 1) & mask;
      entry = unchecked(slots[at]);
    }
    return entry;
  }

  hasRoomFor(entry: RouteConfig<C>): bool {
    const most = memory.size() > LARGE_VM ? MOST_IN_LARGE_VM : MOST;
    return this.count < most && (this.count == 0 || this.bytes + entry.text.byteLength <= MOST_BYTES);
  }

  add(entry: RouteConfig<C>): void {
    if (2 * ++this.count > this.slots.length) this.grow();
    this.bytes += entry.text.byteLength;
    this.put(entry);
  }

  private put(entry: RouteConfig<C>): void {
    const mask = this.slots.length - 1;
    let at = (<i32>entry.hash) & mask;
    while (this.slots[at] !== null) at = (at + 1) & mask;
    this.slots[at] = entry;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new StaticArray<RouteConfig<C> | null>(2 * old.length);
    for (let i = 0; i < old.length; i++) {
      const entry = old[i];
      if (entry) this.put(entry);
    }
  }
}

/**
 * The configurations of routes, by their texts, so that each is parsed once. There are two generations: a full young one becomes
 * the old one, and an entry that is used again moves to the young one. The last 16,384 are kept, or 4,096 in a VM of more than
 * 128 MiB, unless their texts are more than 8 MiB.
 */
export class RouteConfigCache<C> {
  private young: Generation<C> = new Generation<C>();
  private old: Generation<C> = new Generation<C>();
  private latest: RouteConfig<C> | null = null;

  /** The entry of the text; `null` if there is none, or none any more. */
  find(text: Slice): RouteConfig<C> | null {
    const latest = this.latest;
    if (latest === null || slicesEqual(text, sliceOfBuffer(latest.text))) return latest;
    const hash = wordHashOf(text);
    let entry = this.young.find(text, hash);
    if (entry === null) {
      entry = this.old.find(text, hash);
      if (entry === null) return null;
      this.keep(entry);
    }
    this.latest = entry;
    return entry;
  }

  /** Adds an entry for the text. */
  add(text: Slice): RouteConfig<C> {
    const entry = new RouteConfig<C>(wordHashOf(text), bufferOf(text));
    this.keep(entry);
    this.latest = entry;
    return entry;
  }

  private keep(entry: RouteConfig<C>): void {
    if (!this.young.hasRoomFor(entry)) {
      this.old = this.young;
      this.young = new Generation<C>();
    }
    this.young.add(entry);
  }
}
