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
  private readonly spare: F[] = [];

  /** Takes a filter; `null` if the pool is empty. */
  take(): F | null {
    return this.spare.length ? this.spare.pop() : null;
  }

  /** Puts back the filter of a stream that has ended. Returns `false` if the pool is full. */
  give(filter: F): bool {
    if (this.spare.length == MOST_SPARE) return false;
    filter.contextId = 0;
    filter.requestBodyMode = BodyMode.Skip;
    filter.responseBodyMode = BodyMode.Skip;
    this.spare.push(filter);
    return true;
  }
}
