import { log, LogLevel } from "../../../assembly/host/log";
import { Counter } from "../../../assembly/host/metric";

const incomplete = new Counter("ai_proxy_incomplete_streams_total");

/** Counts and logs a stream that passed and ended cleanly, but before its response did: the client takes it for whole. */
export function noteIncomplete(provider: string): void {
  incomplete.add();
  log(LogLevel.Warn, `ai-proxy: a stream of provider '${provider}' ended before its response did`);
}
