import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { HttpFilter } from "../../../assembly/plugin/filter";
import { RedisCommand, RedisFault } from "../../../assembly/redis/command";
import { ReplyReader, ReplyKind } from "../../../assembly/redis/reply";
import { storeErrors } from "../metrics";

const reader = new ReplyReader();

/** What `Store.find` returns if the entry comes later. */
export const LATER: Slice = u64.MAX_VALUE;

/** A filter that waits for an entry. */
export abstract class LookupFilter extends HttpFilter {
  /** Its command in Redis. */
  readonly lookup: Lookup = new Lookup();

  /** The store has an entry, or nothing: ABSENT. */
  abstract onFound(stored: Slice): void;
}

/** The command that reads the entry of a request. */
export class Lookup extends RedisCommand {
  filter: LookupFilter | null = null;

  onResult(fault: RedisFault, reply: Slice): void {
    const filter = this.filter;
    if (fault != RedisFault.None) storeErrors.add();
    reader.begin(reply);
    const isFound = fault == RedisFault.None && reader.next() && reader.kind == ReplyKind.Bulk;
    if (filter) filter.onFound(isFound ? reader.text : ABSENT);
  }
}

/** Where responses are stored. */
export abstract class Store {
  /** `lifetime`: the most seconds for which a response is stored; 0 for ever. */
  constructor(readonly lifetime: i32) {}

  /** Whether `find` never returns `LATER`. */
  abstract get isLocal(): bool;

  /**
   * The entry of a key, the digits of a hash, or of a question unless that is empty; ABSENT if there is none, `LATER` if the filter's
   * `onFound` is called with it. `limit`: the most bytes of an entry. Valid until the callback returns.
   */
  abstract find(key: Slice, question: Slice, limit: i32, filter: LookupFilter): Slice;

  /** Stores an entry for some seconds, 0 for ever. */
  abstract put(key: Slice, question: Slice, entry: Slice, seconds: i32): void;
}
