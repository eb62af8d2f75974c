import { BodyMode, HttpFilter } from "./filter";

/** The most filters in a pool; the collector frees others. */
const MOST_SPARE: i32 = 128;

/**
 * A pool of filters, so that a stream allocates none. The filter's `free` puts the filter back after it has reset its own fields;
 * `give` resets those of `HttpFilter`.
 *
 * @example
 * const spare = pool.take();
 * const filter = spare ? spare : new MyFilter();
 * filter.config = config;
 */
export class FilterPool<F extends HttpFilter> {
  private readonly spare: StaticArray<F | null> = new StaticArray<F | null>(MOST_SPARE);
  private count: i32 = 0;

  /** Takes a filter; `null` if the pool is empty. */
  take(): F | null {
    if (!this.count) return null;
    const at = --this.count;
    const filter = unchecked(this.spare[at]);
    unchecked((this.spare[at] = null));
    return filter;
  }

  /** Puts back the filter of a stream that has ended. Returns `false` if the pool is full. */
  give(filter: F): bool {
    if (this.count == MOST_SPARE) return false;
    filter.contextId = 0;
    filter.requestBodyMode = BodyMode.Skip;
    filter.responseBodyMode = BodyMode.Skip;
    unchecked((this.spare[this.count++] = filter));
    return true;
  }
}
