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
  /** The user or the password is wrong, missing, or not allowed to run the command. */
  Denied,
  /** Redis is there and not ready: it loads its data, is a replica, or is a part of a cluster that is down. */
  Unavailable,
  /** Envoy's redis_proxy reaches no Redis. */
  Unreachable,
}

/** The codes with which a Redis that is not ready replies. https://valkey.io/topics/cluster-spec/ */
const NOT_READY: string[] = ["LOADING", "MASTERDOWN", "CLUSTERDOWN", "READONLY", "BUSY", "NOREPLICAS"];

/** The errors of redis_proxy (source/extensions/filters/network/redis_proxy/command_splitter.h of Envoy). */
const NO_UPSTREAM: string[] = ["upstream failure", "no upstream host", "upstream protocol error"];

/** Reads an error, without the `-` in front. */
export function meaningOf(error: Slice): ErrorMeaning {
  if (isErrorCode(error, "NOSCRIPT")) return ErrorMeaning.UnknownScript;
  if (isErrorCode(error, "NOAUTH") || isErrorCode(error, "WRONGPASS") || isErrorCode(error, "NOPERM"))
    return ErrorMeaning.Denied;
  for (let i = 0; i < NOT_READY.length; i++) if (isErrorCode(error, NOT_READY[i])) return ErrorMeaning.Unavailable;
  for (let i = 0; i < NO_UPSTREAM.length; i++) if (sliceEquals(error, NO_UPSTREAM[i])) return ErrorMeaning.Unreachable;
  return ErrorMeaning.Other;
}
