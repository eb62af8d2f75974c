import { Counter } from "../../assembly/host/metric";

/** Requests that the cache served. */
export const hits = new Counter("ai_cache_hits_total");
/** Of those, the ones that waited for the response to an equal request. */
export const joined = new Counter("ai_cache_joined_total");
/** Requests that went to the provider because nothing was stored for them. */
export const misses = new Counter("ai_cache_misses_total");
/** Requests that the cache neither looked up nor stored. */
export const bypasses = new Counter("ai_cache_bypasses_total");
/** Responses that were stored. */
export const stored = new Counter("ai_cache_stored_total");
/** Entries that were refused: cut, of another version, or not written by this plugin. */
export const refused = new Counter("ai_cache_refused_entries_total");
/** Commands of the store that failed or took too long. */
export const storeErrors = new Counter("ai_cache_store_errors_total");
