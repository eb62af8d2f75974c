import { freeUnmanaged } from "../bytes/unmanaged";
import { FrameReader } from "./frames";

const BUCKETS: u32 = 256;

/** An open stream. */
// @ts-ignore: decorator
@unmanaged
class BridgeStream {
  next: BridgeStream | null = null;

  constructor(
    readonly id: u32,
    readonly reader: FrameReader,
  ) {}
}

/** The open streams in buckets: a worker has one for each root context that uses Redis. */
const buckets = new StaticArray<BridgeStream | null>(BUCKETS);

/** Adds a stream. */
export function addStream(id: u32): void {
  const stream = new BridgeStream(id, new FrameReader());
  stream.next = unchecked(buckets[id % BUCKETS]);
  unchecked((buckets[id % BUCKETS] = stream));
}

/** The reader of a stream; `null` if the id is unknown. */
export function readerOf(id: u32): FrameReader | null {
  let stream = unchecked(buckets[id % BUCKETS]);
  while (stream !== null && stream.id != id) stream = stream.next;
  return stream === null ? null : stream.reader;
}

/** Removes a stream. */
export function removeStream(id: u32): void {
  let previous: BridgeStream | null = null;
  let stream = unchecked(buckets[id % BUCKETS]);
  while (stream !== null && stream.id != id) {
    previous = stream;
    stream = stream.next;
  }
  if (stream === null) return;
  if (previous !== null) previous.next = stream.next;
  else unchecked((buckets[id % BUCKETS] = stream.next));
  freeUnmanaged<FrameReader>(stream.reader);
  freeUnmanaged<BridgeStream>(stream);
}
