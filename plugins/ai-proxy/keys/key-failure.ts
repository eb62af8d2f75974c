import { Failure, failureOf, readsLikeFailure } from "../../../assembly/ai/failure";
import { Slice } from "../../../assembly/bytes/slice";
import { KeyFailover } from "../config/key-failover";

/** What a response says about the API key that was sent. */
export const enum KeyFailure {
  /** Nothing: it is a success, the client's mistake, or the provider's own trouble. */
  None,
  /** The body may say it. */
  InBody,
  /** Nothing either, but another key may serve the request: what it asks for is not allowed for this one, or too large. */
  Request,
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

/**
 * What the body of an error says about the API key, if its status says `known`; `model` is the one that was asked for. Statuses that
 * are configured are failures whatever the body says.
 */
export function failureOfBody(failover: KeyFailover, known: KeyFailure, body: Slice, model: Slice): KeyFailure {
  // A provider that begins its message with the model repeats what the client wrote.
  if (known == KeyFailure.InBody && readsLikeFailure(model)) return KeyFailure.None;
  const isConfigured = failover.failing !== null;
  switch (failureOf(body)) {
    case Failure.BadKey:
    case Failure.Credit:
    case Failure.Quota:
      return KeyFailure.Refused;
    case Failure.RateLimit:
      return KeyFailure.Limited;
    case Failure.Request:
      if (isConfigured) return known;
      return known == KeyFailure.InBody ? KeyFailure.None : KeyFailure.Request;
    case Failure.Overloaded:
      return isConfigured ? known : KeyFailure.None;
    default:
      return known == KeyFailure.InBody ? KeyFailure.None : known;
  }
}
