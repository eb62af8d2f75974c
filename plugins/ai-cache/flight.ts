import { ABSENT, bufferOf, Slice, sliceOfBuffer, slicesEqual, subslice } from "../../assembly/bytes/slice";
import { wordHashOf } from "../../assembly/bytes/hash";
import { monotonic } from "../../assembly/host/clock";
import { currentRoot } from "../../assembly/host/root";
import { MOST_TURNS, turnTo } from "../../assembly/plugin/dispatcher";
import { setDeadline } from "../../assembly/plugin/root";
import { Deadline } from "../../assembly/host/deadline";
import { LookupFilter } from "./store/store";

/** Milliseconds after which the next pass of a request does not come any more. */
const PASS: u32 = 1000;
const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;

/** How a flight has ended for those who wait. */
export const enum Landing {
  /** It has not. */
  None,
  /** The response was stored: `Flight.entry`. */
  Stored,
  /** There is a response, but it cannot be stored: each makes its own call. */
  Unstored,
  /** There is none, because the client has left: the next one makes the call. */
  Lost,
  /** The time to wait is over. */
  TimedOut,
}

/** A filter whose request waits for the response to an equal one. */
export abstract class WaitingFilter extends LookupFilter {
  /** The wait is over; the stream is the effective context. */
  abstract onLanding(landing: Landing, flight: Flight): void;
}

/** One request that waits. */
export class Waiter extends Deadline {
  private filter: WaitingFilter | null = null;
  private flight: Flight | null = null;
  /** The ones that wait before and behind it. */
  ahead: Waiter | null = null;
  behind: Waiter | null = null;

  /** Whether it waits. */
  get isWaiting(): bool {
    return this.flight !== null;
  }

  /** Begins to wait, for some milliseconds at most. */
  begin(filter: WaitingFilter, flight: Flight, milliseconds: u32): void {
    this.filter = filter;
    this.flight = flight;
    flight.add(this);
    setDeadline(this, milliseconds);
  }

  /** Leaves the flight, if it is in one. */
  leave(): void {
    const flight = this.flight;
    this.clear();
    if (flight) flight.remove(this);
    this.flight = null;
    this.filter = null;
  }

  /** Ends the wait. Returns `false` if the stream is gone. */
  land(landing: Landing): bool {
    const filter = this.filter;
    const flight = this.flight;
    this.leave();
    if (filter === null || flight === null || !turnTo(filter.contextId)) return false;
    filter.onLanding(landing, flight);
    return true;
  }

  override onExpired(): void {
    const flight = this.flight;
    if (flight === null) return;
    this.land(flight.landing == Landing.None ? Landing.TimedOut : flight.landing);
  }
}

/** A request to the provider, and the equal requests of this worker that wait for its response. */
export class Flight extends Deadline {
  private first: Waiter | null = null;
  private last: Waiter | null = null;
  private stored: ArrayBuffer | null = null;
  /** How it has ended. */
  landing: Landing = Landing.None;
  /** When a pass of the request ended and another one was to follow; 0 if none is. */
  private movedAt: u64 = 0;

  constructor(
    readonly hash: u64,
    readonly key: ArrayBuffer,
    readonly root: u32,
  ) {
    super();
  }

  /** The entry that was stored, or ABSENT. */
  get entry(): Slice {
    const stored = this.stored;
    return stored ? sliceOfBuffer(stored) : ABSENT;
  }

  /** Whether the next pass of its request has not come in time. */
  get isLost(): bool {
    return this.movedAt != 0 && monotonic() - this.movedAt > PASS * NANOSECONDS_PER_MILLISECOND;
  }

  /** Another pass of the request follows. It may lead to a route where the plugin is off. */
  move(): void {
    this.movedAt = monotonic();
    setDeadline(this, PASS);
  }

  /** It is under way. */
  resume(): void {
    this.movedAt = 0;
    this.clear();
  }

  override onExpired(): void {
    this.movedAt = 0;
    this.pass();
  }

  /** Adds one that waits. */
  add(waiter: Waiter): void {
    const last = this.last;
    waiter.ahead = last;
    if (last) last.behind = waiter;
    else this.first = waiter;
    this.last = waiter;
  }

  /** Removes one that waits. */
  remove(waiter: Waiter): void {
    const ahead = waiter.ahead;
    const behind = waiter.behind;
    if (ahead) ahead.behind = behind;
    else this.first = behind;
    if (behind) behind.ahead = ahead;
    else this.last = ahead;
    waiter.ahead = null;
    waiter.behind = null;
  }

  /** Says that there is no entry for those who wait: each goes on by itself, from the next tick on. */
  release(): void {
    this.forget();
    this.landing = Landing.Unstored;
    this.wakeLater();
  }

  /** Ends with an entry. To be called in `onStreamDone`: Envoy does not take replies to other streams in a callback of the response. */
  end(entry: Slice): void {
    this.forget();
    this.stored = bufferOf(entry);
    this.landing = Landing.Stored;
    for (let turns = MOST_TURNS - 1; turns > 0 && this.first; turns--) this.first!.land(Landing.Stored);
    this.wakeLater();
  }

  /** Ends without a response: the first one who waits makes the call, for the others. Returns whether there is one. */
  pass(): bool {
    for (let first = this.first; first; first = this.first) if (first.land(Landing.Lost)) return true;
    this.forget();
    return false;
  }

  /** Another flight may have taken its place. */
  private forget(): void {
    if (flights.has(this.hash) && flights.get(this.hash) === this) flights.delete(this.hash);
  }

  private wakeLater(): void {
    for (let at = this.first; at !== null;) {
      setDeadline(at, 0);
      at = at.behind;
    }
  }
}

const flights = new Map<u64, Flight>();

/** The flight of a key in the current root context; `null` if there is none. */
export function flightOf(key: Slice): Flight | null {
  const hash = wordHashOf(key, currentRoot());
  if (!flights.has(hash)) return null;
  const flight = flights.get(hash);
  return flight.root == currentRoot() && slicesEqual(sliceOfBuffer(flight.key), key) ? flight : null;
}

/** Begins a flight, in the place of one that was lost. `null` if another key has its place. */
export function beginFlight(key: Slice): Flight | null {
  const hash = wordHashOf(key, currentRoot());
  if (flights.has(hash) && !flights.get(hash).isLost) return null;
  const flight = new Flight(hash, bufferOf(subslice(key, 0)), currentRoot());
  flights.set(hash, flight);
  return flight;
}
