import { indexOfText, Slice, sliceEquals, sliceStartsWith, subslice } from "../bytes/slice";
import { isErrorCode } from "./reply";

/** What an error of Redis means for its connection. */
export const enum ErrorMeaning {
  /** There is no error. */
  None,
  /** The command itself is wrong. */
  Other,
  /** EVALSHA names a script that is to be sent. */
  UnknownScript,
  /** Another node of a Redis Cluster has the key, or the keys of a script. */
  OtherNode,
  /** The user or the password is wrong, missing, or not allowed to run the command. */
  Denied,
  /** Redis is there and not ready: it loads its data, is a replica, a part of a cluster that is down, or cannot write. */
  Unavailable,
  /** Envoy's redis_proxy reaches no Redis. */
  Unreachable,
}

/**
 * The codes with which a Redis that is not ready replies. https://valkey.io/topics/cluster-spec/, and for `OOM` and `MISCONF`
 * https://valkey.io/topics/lru-cache/, https://valkey.io/topics/admin/
 */
const NOT_READY: string[] = [
  "LOADING",
  "MASTERDOWN",
  "CLUSTERDOWN",
  "READONLY",
  "BUSY",
  "NOREPLICAS",
  "TRYAGAIN",
  "OOM",
  "MISCONF",
];

/**
 * How Redis before version 7 begins the error of a command in a script, and what it has before the code of that error. A script that has written
 * something is not ended by these codes. https://github.com/redis/redis/issues/8623, https://github.com/redis/redis/issues/8478
 */
const SCRIPT_ERROR = "ERR Error running script";
const BEFORE_CODE = ": -";

/** The codes with which a node of a Redis Cluster sends clients to another one. */
const OTHER_NODE: string[] = ["MOVED", "ASK", "CROSSSLOT"];

/** The errors of redis_proxy (source/extensions/filters/network/redis_proxy/command_splitter.h of Envoy). */
const NO_UPSTREAM: string[] = ["upstream failure", "no upstream host", "upstream protocol error"];

/** Reads an error, without the `-` in front. */
export function meaningOf(error: Slice): ErrorMeaning {
  if (isErrorCode(error, "NOSCRIPT")) return ErrorMeaning.UnknownScript;
  if (isErrorCode(error, "NOAUTH") || isErrorCode(error, "WRONGPASS") || isErrorCode(error, "NOPERM"))
    return ErrorMeaning.Denied;
  if (hasCode(error, NOT_READY) || hasCode(errorInScript(error), NOT_READY)) return ErrorMeaning.Unavailable;
  if (hasCode(error, OTHER_NODE)) return ErrorMeaning.OtherNode;
  for (let i = 0; i < NO_UPSTREAM.length; i++) if (sliceEquals(error, NO_UPSTREAM[i])) return ErrorMeaning.Unreachable;
  return ErrorMeaning.Other;
}

/** The error of a command in a script, where Redis has put its own in front; else empty. */
function errorInScript(error: Slice): Slice {
  const at = sliceStartsWith(error, SCRIPT_ERROR) ? indexOfText(error, BEFORE_CODE) : -1;
  return at < 0 ? subslice(error, 0, 0) : subslice(error, at + BEFORE_CODE.length);
}

function hasCode(error: Slice, codes: string[]): bool {
  for (let i = 0; i < codes.length; i++) if (isErrorCode(error, codes[i])) return true;
  return false;
}
