import { BodyMode, HttpFilter } from "./filter";

/** The most filters that wait to be used again; more are left to the collector. */
const MOST_SPARE: i32 = 4096;

/**
 * Filters that wait to be used again, so that a stream allocates none. The filter's `free` puts it back after it has
 * dropped what it refers to; the fields of `HttpFilter` are reset here.
 *
 * @example
 * const spare = pool.take();
 * const filter = spare ? spare : new MyFilter();
 * filter.config = config;
 */
export class FilterPool<F extends HttpFilter> {
  private readonly spare: F[] = [];

  /** A filter that is used again; `null` if there is none. */
  take(): F | null {
    return this.spare.length ? this.spare.pop() : null;
  }

  /** Puts back a filter of a stream that has ended. Returns `false` if enough wait: this one is not used again. */
  give(filter: F): bool {
    if (this.spare.length == MOST_SPARE) return false;
    filter.contextId = 0;
    filter.requestBodyMode = BodyMode.Skip;
    filter.responseBodyMode = BodyMode.Skip;
    this.spare.push(filter);
    return true;
  }
}
