import { Failure, failureOf } from "../../../assembly/ai/failure";
import { Slice } from "../../../assembly/bytes/slice";
import { KeyFailover } from "../config/key-failover";

/** What a response says about the API key that was sent. */
export const enum KeyFailure {
  /** Nothing: it is a success, the client's mistake, or the provider's own trouble. */
  None,
  /** The body may say it. */
  InBody,
  /** The key is over its rate limit. */
  Limited,
  /** The key is not valid, or its account has no money or quota left. */
  Refused,
}

/** What an error status says about the API key. */
export function failureOfStatus(failover: KeyFailover, status: i32): KeyFailure {
  const failing = failover.failing;
  if (failing !== null && !failing.has(status)) return KeyFailure.None;
  switch (status) {
    case 400:
      return failing === null ? KeyFailure.InBody : KeyFailure.Limited;
    case 401:
    case 402:
    case 403:
      return KeyFailure.Refused;
    case 429:
      return KeyFailure.Limited;
    default:
      return failing === null ? KeyFailure.None : KeyFailure.Limited;
  }
}

/** What the body of an error says about the API key, if its status says `known`. */
export function failureOfBody(known: KeyFailure, body: Slice): KeyFailure {
  switch (failureOf(body)) {
    case Failure.BadKey:
    case Failure.Credit:
    case Failure.Quota:
      return KeyFailure.Refused;
    case Failure.RateLimit:
      return KeyFailure.Limited;
    default:
      return known == KeyFailure.InBody ? KeyFailure.None : known;
  }
}
