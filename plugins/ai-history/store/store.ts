import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { HttpFilter } from "../../../assembly/plugin/filter";
import { RedisCommand, RedisFault } from "../../../assembly/redis/command";
import { ReplyKind, ReplyReader } from "../../../assembly/redis/reply";
import { storeErrors } from "../metrics";

/** The hexadecimal digits of a key. */
export const KEY_SIZE: i32 = 64;

const reader = new ReplyReader();

/** What a store does for a request. */
export const enum Outcome {
  Done,
  /** `onStored` of the filter is called. */
  Later,
  /** It was not possible. */
  Failed,
}

/** A filter that waits for its store. */
export abstract class StoreFilter extends HttpFilter {
  /** Its command in Redis. */
  readonly command: StoreCommand = new StoreCommand();
  /** What `find` has found: lines, or ABSENT. Valid until the callback returns. */
  history: Slice = ABSENT;

  /** The store has replied to `find`, whose result is `history`, or to `remove`. */
  abstract onStored(outcome: Outcome): void;
}

/** The command in Redis for which a request waits. */
export class StoreCommand extends RedisCommand {
  filter: StoreFilter | null = null;

  onResult(fault: RedisFault, reply: Slice): void {
    const filter = this.filter;
    if (fault != RedisFault.None) storeErrors.add();
    if (filter === null) return;
    reader.begin(reply);
    const isFound = fault == RedisFault.None && reader.next() && reader.kind == ReplyKind.Bulk;
    filter.history = isFound ? reader.text : ABSENT;
    filter.onStored(fault == RedisFault.None ? Outcome.Done : Outcome.Failed);
  }
}

/**
 * Where histories are stored, each under a key of hexadecimal digits. A history is lines, each of which is one exchange: whole lines are added in one
 * step, so that exchanges at the same time are not lost and do not mix.
 */
export abstract class HistoryStore {
  /** Finds the history of a key, of which the newest `limit` bytes count. */
  abstract find(key: Slice, limit: i32, filter: StoreFilter): Outcome;

  /** Adds a line, which ends with a line feed, and removes the oldest lines until there are at most `limit` bytes. */
  abstract add(key: Slice, line: Slice, limit: i32): void;

  /** Removes the history of a key. */
  abstract remove(key: Slice, filter: StoreFilter): Outcome;
}
