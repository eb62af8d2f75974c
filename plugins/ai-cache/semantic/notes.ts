import { log, LogLevel } from "../../../assembly/host/log";
import { Counter } from "../../../assembly/host/metric";

/** Hits that the semantic layer found. */
export const semanticHits = new Counter("ai_cache_semantic_hits_total");
/** Requests for which it searched. */
export const semanticSearches = new Counter("ai_cache_semantic_searches_total");
/** Vectors that were stored. */
export const vectorsStored = new Counter("ai_cache_vectors_stored_total");
const failures = new Counter("ai_cache_semantic_errors_total");

/** Counts a call that has failed. */
export function noteFailure(service: string, reason: string, isLogged: bool): void {
  failures.add();
  if (isLogged) log(LogLevel.Warn, `ai-cache: ${service} has failed (${reason}): nothing is found by meaning`);
}
