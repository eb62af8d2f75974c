import { MapType } from "../abi/enums";
import { readU64 } from "../bytes/integers";
import { ABSENT, Slice, sliceOfBuffer, sliceSize } from "../bytes/slice";
import { headersSize } from "../host/headers";
import { property } from "../host/property";
import { actOn, HostStream } from "../host/stream";

/** What a held stream waits for. */
export const enum Held {
  Nothing,
  RequestBody,
  ResponseBody,
  /** The rest of a request body that is held. */
  RequestRest,
  /** The rest of a response body that is held. */
  ResponseRest,
}

/** A stream whose headers may be held. */
export class HeldStream extends HostStream {
  /** What the stream waits for. */
  held: Held = Held.Nothing;
  /** The next one in the list of `BodyWatch`. */
  nextHeld: HeldStream | null = null;
  /** The one before it in that list. */
  previousHeld: HeldStream | null = null;
  /** Whether the last look found that the host has the body but does not call for it, or that nothing of its rest has arrived since. */
  waits: bool = false;
}

/** Milliseconds between two ticks that look at held streams. */
const TICK = 1000;
/** Milliseconds until the next tick, if one could not reply to all streams that need it. */
const NEXT_TURN = 20;
/** Streams that one tick looks at; the next ticks look at the others. */
const MOST_LOOKS = 1000;

// https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes
const requestSize = String.UTF8.encode("request\0total_size");
const backendLatency = String.UTF8.encode("response\0backend_latency");

/**
 * Detects whether bodies arrive while headers are held. Without `allow_on_headers_stop_iteration` Envoy turns "hold the
 * headers" into "hold everything": no body callback comes, and the stream hangs. The first body callback of a held stream
 * proves that the option is set. Until then held streams are listed, and looked at every second. So are streams that wait for the rest of a
 * body: see `stalled-body`.
 */
export class BodyWatch {
  /** Whether a body has arrived while headers were held: nothing is watched any more. */
  isProven: bool = false;
  /** Whether a missing option was logged. */
  isLogged: bool = false;
  /** Whether the last tick has replied to `MOST_TURNS` streams: the next tick comes after `NEXT_TURN`. */
  isBehind: bool = false;
  /** What the stream that `look` has returned waited for. */
  found: Held = Held.Nothing;
  private first: HeldStream | null = null;
  private last: HeldStream | null = null;
  private count: i32 = 0;

  /** The tick period that is needed now, in milliseconds; 0 for none. */
  get tickMilliseconds(): u32 {
    if (!this.count) return 0;
    return this.isBehind ? NEXT_TURN : TICK;
  }

  /** Adds a stream whose headers are held from now on. A stream that waited for its request body waits for its response now. */
  add(stream: HeldStream, held: Held): void {
    if (stream.held) this.remove(stream);
    stream.held = held;
    stream.waits = false;
    const last = this.last;
    stream.previousHeld = last;
    if (last) last.nextHeld = stream;
    else this.first = stream;
    this.last = stream;
    this.count++;
  }

  /** Removes a stream from the list. */
  remove(stream: HeldStream): void {
    const next = stream.nextHeld;
    const previous = stream.previousHeld;
    if (next) next.previousHeld = previous;
    else this.last = previous;
    if (previous) previous.nextHeld = next;
    else this.first = next;
    stream.nextHeld = null;
    stream.previousHeld = null;
    stream.held = Held.Nothing;
    this.count--;
  }

  /** Notes that a piece or the end of a body has arrived at a listed stream. `rest` is what it would wait for if it waited for more of it. */
  arrived(stream: HeldStream, rest: Held, isComplete: bool): void {
    if (stream.held < Held.RequestRest) return this.prove();
    if (stream.held != rest) return;
    stream.waits = false;
    if (isComplete) this.remove(stream);
  }

  /** The option is set, for all streams. */
  private prove(): void {
    this.isProven = true;
    let stream = this.first;
    while (stream) {
      const next = stream.nextHeld;
      if (stream.held < Held.RequestRest) this.remove(stream);
      stream = next;
    }
  }

  /** How many streams a tick looks at. */
  get looks(): i32 {
    return min(this.count, MOST_LOOKS);
  }

  /**
   * Looks at the first stream of the list, and makes it the effective context. Returns it, no longer listed, if two looks in a row have found
   * that its body, or the rest of it, does not come: a filter in front may hold a body for a moment after its headers. `found` is what it
   * waited for.
   */
  look(): HeldStream | null {
    const stream = this.first!;
    const held = stream.held;
    const waited = stream.waits;
    this.remove(stream);
    if (stream.hasReplied) return null;
    actOn(stream);
    const waits = held == Held.RequestBody ? hasRequestBody() : held != Held.ResponseBody || hasWholeResponse();
    this.found = held;
    if (waits && waited) return stream;
    this.add(stream, held);
    stream.waits = waits;
    return null;
  }
}

/** Whether Envoy has bytes of the body: `total_size` counts those and the current headers. */
function hasRequestBody(): bool {
  const headers = headersSize(MapType.RequestHeaders);
  return headers >= 0 && numberOf(requestSize) > headers;
}

/** Whether the upstream's whole response has arrived: `backend_latency` is not set before. */
function hasWholeResponse(): bool {
  return property(sliceOfBuffer(backendLatency)) != ABSENT;
}

function numberOf(path: ArrayBuffer): i64 {
  const value: Slice = property(sliceOfBuffer(path));
  return value != ABSENT && sliceSize(value) == 8 ? <i64>readU64(value, 0) : -1;
}
