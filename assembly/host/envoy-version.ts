import { readU64 } from "../bytes/integers";
import { ABSENT, sliceSize } from "../bytes/slice";
import { namedProperty } from "./property";

// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/base.proto#config-core-v3-node
const VERSION = "xds\0node\0user_agent_build_version\0version\0";
/** The first minor version of Envoy 1 that tries held responses again. */
const RETRIES_HELD: i64 = 37;
/** The first one that forwards the chunk behind those that were held. */
const FORWARDS_AFTER_HOLD: i64 = 40;
const NOT_ASKED: i64 = -1;

let minor: i64 = NOT_ASKED;

/**
 * Whether Envoy may retry or redirect a response whose headers a filter of the router's chain has held. Envoy 1.36 and earlier crash:
 * https://github.com/envoyproxy/envoy/pull/41879. `true` where the version is not known. The host is asked once for each VM.
 */
export function canTryHeldAgain(): bool {
  return version() >= RETRIES_HELD;
}

/**
 * Whether Envoy forwards the chunk that follows those that a filter has held and released in another callback. Earlier versions keep it with
 * what was held. `true` where the version is not known.
 */
export function forwardsAfterHold(): bool {
  return version() >= FORWARDS_AFTER_HOLD;
}

/** The minor version of Envoy 1; a large number where the version is another one, or not known yet. */
function version(): i64 {
  if (minor != NOT_ASKED) return minor;
  const major = part("major_number");
  const number = part("minor_number");
  if (major < 0 || number < 0) return i64.MAX_VALUE;
  minor = major > 1 ? i64.MAX_VALUE : number;
  return minor;
}

/** A number of the version; -1 if the host does not tell it. */
function part(name: string): i64 {
  const value = namedProperty(VERSION + name);
  return value != ABSENT && sliceSize(value) == 8 ? <i64>readU64(value, 0) : -1;
}
