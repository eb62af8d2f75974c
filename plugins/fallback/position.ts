import { REPLAY_HEADER } from "../../assembly/ai/contract";
import { ABSENT } from "../../assembly/bytes/slice";
import { requestHeaders } from "../../assembly/host/headers";
import { namedProperty } from "../../assembly/host/property";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Attempts } from "./attempts";
import { attemptsTable, passToken } from "./attempts-table";
import { FallbackConfig } from "./config";
import { DownstreamFilter } from "./downstream-filter";
import { ReplayFilter } from "./replay/replay-filter";
import { ReplayedFilter } from "./replay/replayed-filter";
import { UpstreamFilter } from "./upstream-filter";

/** The filter for the current stream, in the position in which it runs; `null` in the router's chain of a request without a record. */
export function filterFor(config: FallbackConfig | null): HttpFilter | null {
  const token = passToken();
  const attempts: Attempts | null = token == ABSENT ? null : attemptsTable.find(token);
  // The address of the upstream is known before the request headers in the router's chain only.
  if (namedProperty("upstream\0address") != ABSENT) return attempts ? UpstreamFilter.of(attempts) : null;
  // A record that no pass has parked belongs to another filter of this pass: the chain names the plugin twice.
  if (attempts === null) {
    if (requestHeaders.get(REPLAY_HEADER) != ABSENT) return ReplayedFilter.create();
    if (config !== null && config.replay !== null && config.isArmed) return ReplayFilter.of(config);
  }
  if (attempts === null || !attempts.isParked) return DownstreamFilter.of(attempts ? null : config, null);
  attemptsTable.unpark(attempts);
  return DownstreamFilter.of(config, attempts);
}
