import { Slice, sliceEquals } from "../bytes/slice";
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

/** The codes with which a node of a Redis Cluster sends clients to another one. */
const OTHER_NODE: string[] = ["MOVED", "ASK", "CROSSSLOT"];

/** The errors of redis_proxy (source/extensions/filters/network/redis_proxy/command_splitter.h of Envoy). */
const NO_UPSTREAM: string[] = ["upstream failure", "no upstream host", "upstream protocol error"];

/** Reads an error, without the `-` in front. */
export function meaningOf(error: Slice): ErrorMeaning {
  if (isErrorCode(error, "NOSCRIPT")) return ErrorMeaning.UnknownScript;
  if (isErrorCode(error, "NOAUTH") || isErrorCode(error, "WRONGPASS") || isErrorCode(error, "NOPERM"))
    return ErrorMeaning.Denied;
  if (hasCode(error, NOT_READY)) return ErrorMeaning.Unavailable;
  if (hasCode(error, OTHER_NODE)) return ErrorMeaning.OtherNode;
  for (let i = 0; i < NO_UPSTREAM.length; i++) if (sliceEquals(error, NO_UPSTREAM[i])) return ErrorMeaning.Unreachable;
  return ErrorMeaning.Other;
}

function hasCode(error: Slice, codes: string[]): bool {
  for (let i = 0; i < codes.length; i++) if (isErrorCode(error, codes[i])) return true;
  return false;
}
