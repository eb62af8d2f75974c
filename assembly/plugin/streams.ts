import { BodyState } from "./body-state";
import { HeldStream } from "./body-watch";
import { HttpFilter } from "./filter";
import { Root } from "./root";

/** What the kernel records of one stream. Objects are pooled: a stream allocates no managed memory here. */
export class Stream extends HeldStream {
  /** The root context it belongs to. */
  root: Root | null = null;
  /** The filter; `null` where no configuration applies. */
  filter: HttpFilter | null = null;
  /** Its request. */
  readonly request: BodyState = new BodyState();
  /** Its response. */
  readonly response: BodyState = new BodyState();
  /** The next one in the pool. */
  next: Stream | null = null;
}

const FEWEST = 64;
/** The most objects that wait to be used again; more are left to the collector. */
const MOST_SPARE = 1024;

/** The open stream that was looked up last: most callbacks are on the stream of the callback before. */
let latest: Stream | null = null;

/** The open streams by id, one table for each VM: open addressing with linear probing, at most half full. */
export class StreamTable {
  private slots: StaticArray<Stream | null> = new StaticArray<Stream | null>(FEWEST);
  /** The number of open streams. */
  open: i32 = 0;
  private spare: Stream | null = null;
  private spareCount: i32 = 0;

  /** The stream; `null` if the id is unknown. */
  get(id: u32): Stream | null {
    const known = latest;
    return known !== null && known.id == id ? known : this.find(id);
  }

  private find(id: u32): Stream | null {
    const slots = this.slots;
    const mask = slots.length - 1;
    let at = home(id, mask);
    let stream = unchecked(slots[at]);
    while (stream !== null && stream.id != id) {
      at = (at + 1) & mask;
      stream = unchecked(slots[at]);
    }
    if (stream !== null) latest = stream;
    return stream;
  }

  /** Adds a stream. */
  begin(id: u32, root: Root): Stream {
    if (2 * this.open >= this.slots.length) this.grow();
    let stream = this.spare;
    if (stream) {
      this.spare = stream.next;
      this.spareCount--;
    } else stream = new Stream();
    stream.id = id;
    stream.root = root;
    stream.next = null;
    this.put(stream);
    latest = stream;
    this.open++;
    return stream;
  }

  /** Removes a stream; `recycle` returns its object to the pool. */
  end(stream: Stream): void {
    if (stream === latest) latest = null;
    const slots = this.slots;
    const mask = slots.length - 1;
    let hole = home(stream.id, mask);
    while (unchecked(slots[hole]) !== stream) hole = (hole + 1) & mask;
    // Move entries that probed past the hole back into it, so that no probe ends early.
    for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
      const other = unchecked(slots[at]);
      if (other === null) break;
      if (((at - home(other.id, mask)) & mask) < ((at - hole) & mask)) continue;
      unchecked((slots[hole] = other));
      hole = at;
    }
    unchecked((slots[hole] = null));
    this.open--;
    if (stream.held) stream.root!.bodies.remove(stream);
  }

  /** Frees the filter of a stream that has ended; the objects of both return to their pools. */
  recycle(stream: Stream): void {
    const filter = stream.filter;
    if (filter) filter.free();
    stream.root = null;
    stream.filter = null;
    stream.request.reset();
    stream.response.reset();
    stream.hasReplied = false;
    if (this.spareCount == MOST_SPARE) return;
    stream.next = this.spare;
    this.spare = stream;
    this.spareCount++;
  }

  private put(stream: Stream): void {
    const slots = this.slots;
    const mask = slots.length - 1;
    let at = home(stream.id, mask);
    while (unchecked(slots[at]) !== null) at = (at + 1) & mask;
    unchecked((slots[at] = stream));
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new StaticArray<Stream | null>(old.length << 1);
    for (let i = 0; i < old.length; i++) {
      const stream = old[i];
      if (stream) this.put(stream);
    }
  }
}

// @ts-ignore: decorator
@inline
function home(id: u32, mask: i32): i32 {
  return (<i32>(id * 0x9e3779b1)) & mask;
}

/** The open streams of this VM. */
export const streams = new StreamTable();
