import { Slice } from "../../../assembly/bytes/slice";
import { WaitingFilter } from "../flight";

/** What a filter has done with a record. */
export const enum Tried {
  /** The client has the response. */
  Served,
  /** The record cannot be used. */
  Refused,
  /** The entry comes later: `SimilarSearch.tryNext` follows if it cannot be used. */
  Later,
}

/** A filter that gets records whose questions mean the same. */
export abstract class SimilarFilter extends WaitingFilter {
  /** There is a record: the key of its entry, and the entry unless it is in the cache's own store. The stream is the effective context. */
  abstract onSimilar(key: Slice, entry: Slice): Tried;

  /** No record could be used. */
  abstract onNoneSimilar(): void;
}
