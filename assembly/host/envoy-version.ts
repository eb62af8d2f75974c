import { readU64 } from "../bytes/integers";
import { ABSENT, sliceSize } from "../bytes/slice";
import { namedProperty } from "./property";

// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/base.proto#config-core-v3-node
const VERSION = "xds\0node\0user_agent_build_version\0version\0";
/** The first minor version of Envoy 1 that tries held responses again. */
const FIRST_MINOR: i64 = 37;

const enum Support {
  Unknown,
  No,
  Yes,
}

let support: Support = Support.Unknown;

/**
 * Whether Envoy may retry or redirect a response whose headers a filter of the router's chain has held. Envoy 1.36 and earlier crash:
 * https://github.com/envoyproxy/envoy/pull/41879. `true` where the version is not known. The host is asked once for each VM.
 */
export function canTryHeldAgain(): bool {
  if (support == Support.Unknown) support = supportOf(part("major_number"), part("minor_number"));
  return support != Support.No;
}

function supportOf(major: i64, minor: i64): Support {
  if (major < 0 || minor < 0) return Support.Unknown;
  return major > 1 || minor >= FIRST_MINOR ? Support.Yes : Support.No;
}

/** A number of the version; -1 if the host does not tell it. */
function part(name: string): i64 {
  const value = namedProperty(VERSION + name);
  return value != ABSENT && sliceSize(value) == 8 ? <i64>readU64(value, 0) : -1;
}
