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
}

/** A stream whose headers may be held. */
export class HeldStream extends HostStream {
  /** What the stream waits for. */
  held: Held = Held.Nothing;
  /** Its neighbors in the list of `BodyWatch`. */
  nextHeld: HeldStream | null = null;
  previousHeld: HeldStream | null = null;
  /** Whether the last look found what it waits for. */
  waits: bool = false;
}

/** Milliseconds between two looks. */
const TICK = 1000;
/** Milliseconds until the next tick, where one could not answer all. */
const NEXT_TURN = 20;
/** Streams that one tick looks at; the others have their turn at the next ones. */
const MOST_LOOKS = 1000;

// https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes
const requestSize = String.UTF8.encode("request\0total_size");
const backendLatency = String.UTF8.encode("response\0backend_latency");

/**
 * Whether bodies arrive while headers are held. Without `allow_on_headers_stop_iteration` Envoy turns "hold the headers"
 * into "hold everything": no body callback comes, and the stream hangs. The first body callback of a held stream proves
 * that the option is there; until then held streams are listed, and looked at every second.
 */
export class BodyWatch {
  /** Whether a body has come to held headers: nothing is watched any more. */
  isProven: bool = false;
  /** Whether a missing option was logged. */
  isTold: bool = false;
  /** Whether the last tick has answered as many as it may: the rest follows at once. */
  isBehind: bool = false;
  private first: HeldStream | null = null;
  private last: HeldStream | null = null;
  private count: i32 = 0;

  /** Milliseconds between two ticks that are needed now; 0 for none. */
  get tickMilliseconds(): u32 {
    if (!this.count) return 0;
    return this.isBehind ? NEXT_TURN : TICK;
  }

  /** Lists a stream whose headers are held from now on; one that was listed for its request waits for its response now. */
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

  /** Takes a listed stream off the list. */
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

  /** A body has come to a listed stream: the option is there, for all of them. */
  prove(): void {
    this.isProven = true;
    for (let stream = this.first; stream; stream = this.first) this.remove(stream);
  }

  /** How many streams the tick has to look at. */
  get looks(): i32 {
    return min(this.count, MOST_LOOKS);
  }

  /**
   * Looks at the stream whose turn it is, and makes it the effective context; gives it, no longer listed, if it waits in
   * vain. Two looks in a row must have found a body, for a filter in front may hold one for a moment after its headers.
   */
  look(): HeldStream | null {
    const stream = this.first!;
    const held = stream.held;
    const waited = stream.waits;
    this.remove(stream);
    if (stream.hasReplied) return null;
    actOn(stream);
    const waits = held == Held.RequestBody ? hasRequestBody() : hasWholeResponse();
    if (waits && waited) return stream;
    this.add(stream, held);
    stream.waits = waits;
    return null;
  }
}

/** Whether Envoy has bytes of the body: `total_size` counts those, and the headers as they stand now. */
function hasRequestBody(): bool {
  const headers = headersSize(MapType.RequestHeaders);
  return headers >= 0 && numberOf(requestSize) > headers;
}

/** Whether the provider's whole response is there: its latency is not known before. */
function hasWholeResponse(): bool {
  return property(sliceOfBuffer(backendLatency)) != ABSENT;
}

function numberOf(path: ArrayBuffer): i64 {
  const value: Slice = property(sliceOfBuffer(path));
  return value != ABSENT && sliceSize(value) == 8 ? <i64>readU64(value, 0) : -1;
}
