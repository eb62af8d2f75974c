import { ABSENT, sliceToString } from "../../../assembly/bytes/slice";
import { log, LogLevel } from "../../../assembly/host/log";
import { clusterName } from "../../../assembly/host/property";
import { currentRoot } from "../../../assembly/host/root";
import { MOST_TURNS, turnTo } from "../../../assembly/plugin/dispatcher";
import { setTickPeriod } from "../../../assembly/plugin/root";
import { dueTime, milliseconds, readValue, ValueState } from "./shared-value";
import { shareValue, ValueFetch, ValueFetchListener } from "./value-fetch";
import { ValueSource } from "../config/value-source";
import { ValueWaiter, ValueWaiters } from "./value-waiters";

/** Milliseconds between two checks for values that are due. */
const TICK = 250;
/** Milliseconds until the next tick if more streams can be resumed than one callback may resume. */
const NEXT_TURN = 20;
/** Milliseconds between two attempts for a source that fails. */
const RETRY: u64 = 5_000;
/** A source is not fetched any more if no request asked for it for so many milliseconds, and for so many refreshes. */
const REST: u64 = 600_000;
const REST_REFRESHES: u64 = 2;
/** The most sources that are fetched ahead; further ones are fetched when requests ask for them. */
const MOST_WATCHED = 1024;

const state = new ValueState();
const desks = new Map<u32, ValueDesk>();

/** The values of the root context of the callback. */
export function valueDesk(): ValueDesk {
  const root = currentRoot();
  if (!desks.has(root)) desks.set(root, new ValueDesk());
  return desks.get(root);
}

/** Ends fetching for a root context that is gone. */
export function closeValueDesk(root: u32): void {
  if (!desks.has(root)) return;
  desks.get(root).close();
  desks.delete(root);
}

/** The values of one configuration: what is fetched, which streams wait for it, and what is fetched again. */
export class ValueDesk extends ValueFetchListener {
  private readonly watched: ValueSource[] = [];
  private readonly fetches: ValueFetch[] = [];
  /** Streams whose value is there and that were not resumed yet. */
  private readonly ready: ValueWaiters[] = [];

  /** Fetches the value now, and again whenever it is due, while requests ask for it. */
  watch(source: ValueSource): void {
    if (source.isWatched || !source.cluster.length || this.watched.length >= MOST_WATCHED) return;
    source.isWatched = true;
    source.usedAt = milliseconds();
    this.watched.push(source);
    this.adjustTick();
  }

  /**
   * Whether the request of the waiter must wait for the value: then its `onValue` is called once, unless it leaves before.
   * A value that is there is used at once, and fetched again if it is due.
   */
  awaits(source: ValueSource, waiter: ValueWaiter): bool {
    const time = milliseconds();
    source.usedAt = time;
    this.watch(source);
    const isThere = readValue(source) != ABSENT;
    if (isThere && time < source.dueAt) return false;
    const cluster = source.cluster.length ? source.cluster : sliceToString(clusterName());
    if (isThere) {
      this.refresh(source, cluster, time);
      return false;
    }
    let fetch = this.fetchOf(source);
    if (fetch === null) {
      state.read(source);
      if (state.isFailing && time < state.nextTry) return false;
      state.note(source, time + <u64>source.timeout, state.isFailing);
      fetch = this.send(source, cluster, time);
    }
    if (fetch === null) return false;
    fetch.waiters.add(waiter);
    return true;
  }

  /** Resumes more of the streams whose value is there, and fetches what is due. */
  onTick(): void {
    this.serve();
    const time = milliseconds();
    for (let i = this.watched.length - 1; i >= 0; i--) {
      const source = this.watched[i];
      if (time < source.dueAt) continue;
      if (time - source.usedAt <= max(REST, REST_REFRESHES * source.refreshMilliseconds)) {
        this.refresh(source, source.cluster, time);
        continue;
      }
      source.isWatched = false;
      this.watched[i] = this.watched[this.watched.length - 1];
      this.watched.pop();
    }
    this.adjustTick();
  }

  onFetched(fetch: ValueFetch, reason: string): void {
    const source = fetch.source;
    const time = milliseconds();
    this.fetches.splice(this.fetches.indexOf(fetch), 1);
    if (reason.length) this.fail(source, reason, time);
    else {
      shareValue(source, time);
      state.note(source, 0, false);
      source.dueAt = dueTime(source);
    }
    if (!fetch.waiters.isEmpty) this.ready.push(fetch.waiters);
    this.serve();
    this.adjustTick();
  }

  /** Lets other workers fetch what was not fetched to the end here. */
  close(): void {
    for (let i = 0; i < this.fetches.length; i++) {
      const source = this.fetches[i].source;
      state.note(source, 0, state.read(source).isFailing);
    }
  }

  /** Fetches the value if it is due and no other worker fetches it. */
  private refresh(source: ValueSource, cluster: string, time: u64): void {
    source.dueAt = time + RETRY;
    if (this.fetchOf(source)) return;
    const due = dueTime(source);
    if (time < due) {
      source.dueAt = due;
      return;
    }
    if (time < state.read(source).nextTry) return;
    if (state.claim(source, time + <u64>source.timeout)) this.send(source, cluster, time);
  }

  private send(source: ValueSource, cluster: string, time: u64): ValueFetch | null {
    const fetch = new ValueFetch(source, this);
    if (!fetch.send(cluster)) {
      this.fail(source, `the cluster ${cluster} cannot be asked`, time);
      return null;
    }
    this.fetches.push(fetch);
    return fetch;
  }

  /** Records that an attempt failed; logs the reason once, until one succeeds. */
  private fail(source: ValueSource, reason: string, time: u64): void {
    const wasLogged = state.read(source).isFailing;
    state.note(source, time + RETRY, true);
    source.dueAt = time + RETRY;
    if (wasLogged) return;
    const mark = source.path.indexOf("?");
    const path = mark < 0 ? source.path : source.path.substring(0, mark);
    log(LogLevel.Warn, `ai-proxy: no text from ${source.authority}${path}: ${reason}`);
  }

  /** Resumes as many streams as one callback may. */
  private serve(): void {
    let turns = MOST_TURNS;
    while (this.ready.length && turns > 0) {
      const waiter = this.ready[0].take();
      if (waiter === null) {
        this.ready.shift();
        continue;
      }
      turns--;
      if (turnTo(waiter.stream)) waiter.onValue();
    }
  }

  private adjustTick(): void {
    if (this.ready.length) setTickPeriod(NEXT_TURN);
    else setTickPeriod(this.watched.length ? TICK : 0);
  }

  private fetchOf(source: ValueSource): ValueFetch | null {
    for (let i = 0; i < this.fetches.length; i++) {
      if (this.fetches[i].source.isSame(source)) return this.fetches[i];
    }
    return null;
  }
}
