import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { HeaderMap } from "../../../assembly/host/headers";
import { ApiToken } from "../config/api-token";
import { KeyFailover } from "../config/key-failover";
import { Exchange, NextKey } from "../exchange";
import { announceNextKey, announceNoKey, isInFallbackSet, isTombstone } from "./fallback-set";
import { hasFreeKey, waitForKey } from "./key-choice";
import { failureOfBody, failureOfStatus, KeyFailure } from "./key-failure";
import { failKey, noteServed, releaseKey, restoreKey } from "./key-pool";
import { waitAsked } from "./key-wait";
import { replyWithoutKey } from "./no-key-reply";
import { noteTried, triedCount, triedKeys } from "./tried-keys";
import { FAILOVER } from "../config/built-features";

const BAD_REQUEST = 400;
const SERVER_ERROR = 500;

/** What follows from a response for its API key. */
export const enum KeyOutcome {
  /** Nothing more: the response goes on. */
  Passed,
  /** The body must be read: call `judgeBody` with it while the headers are held, or else `noteBody`. */
  NeedsBody,
  /** A local reply was sent in its place. */
  Replied,
}

/** Reads the headers of a response; `hasBody`: its body can be read, `mayHold`: while the headers are held. */
export function judgeHeaders(exchange: Exchange, headers: HeaderMap, hasBody: bool, mayHold: bool): KeyOutcome {
  if (!FAILOVER) return KeyOutcome.Passed;
  const failover = exchange.config.failover;
  const token = exchange.token;
  if (failover === null || token === null) return KeyOutcome.Passed;
  const status = headers.status;
  if (status < 400) {
    if (status < 200 || status >= 300) return KeyOutcome.Passed;
    if (exchange.isKeyRecovering) restore(exchange, failover, token);
    else noteServed(token, failover);
    return KeyOutcome.Passed;
  }
  if (status == 503 && isTombstone()) return KeyOutcome.Passed;
  const failure = failureOfStatus(failover, status);
  if (failure == KeyFailure.InBody) return hasBody ? KeyOutcome.NeedsBody : KeyOutcome.Passed;
  // The body says whether a limit is one per minute or the account's, often how long to wait, and whether it is the request's own.
  const isRead = status == 429 || (failover.failing === null && (status == 402 || status == 403));
  if (isRead && failure != KeyFailure.None && hasBody && mayHold) return KeyOutcome.NeedsBody;
  return settle(exchange, failover, token, headers, status, failure, ABSENT);
}

/** Reads the body of an error after `judgeHeaders` asked for it. */
export function judgeBody(exchange: Exchange, headers: HeaderMap, body: Slice): KeyOutcome {
  if (!FAILOVER) return KeyOutcome.Passed;
  const failover = exchange.config.failover!;
  const status = headers.status;
  const failure = failureOfBody(failover, failureOfStatus(failover, status), body, exchange.model.slice);
  return settle(exchange, failover, exchange.token!, headers, status, failure, body);
}

/** Reads the body of a 400 whose headers are forwarded: the client gets it, and the next request another API key. */
export function noteBody(exchange: Exchange, body: Slice): void {
  if (!FAILOVER) return;
  const failover = exchange.config.failover!;
  const failure = failureOfBody(failover, KeyFailure.InBody, body, exchange.model.slice);
  if (failure == KeyFailure.None) {
    if (exchange.isKeyRecovering) restore(exchange, failover, exchange.token!);
    return;
  }
  const isRefused = failure == KeyFailure.Refused;
  failKey(exchange.config.name, exchange.token!, failover, exchange.isKeyRecovering, 0, isRefused, BAD_REQUEST);
  exchange.isKeyRecovering = false;
}

/** Ends the stream of a request: if it was to try a key and has shown nothing of it, another one may. */
export function endTrial(exchange: Exchange): void {
  if (!FAILOVER) return;
  const token = exchange.token;
  if (token !== null && exchange.isKeyRecovering) releaseKey(token, exchange.keySentAt);
}

function restore(exchange: Exchange, failover: KeyFailover, token: ApiToken): void {
  exchange.isKeyRecovering = false;
  restoreKey(exchange.config.name, token, failover, exchange.keySentAt);
}

function settle(
  exchange: Exchange,
  failover: KeyFailover,
  token: ApiToken,
  headers: HeaderMap,
  status: i32,
  failure: KeyFailure,
  body: Slice,
): KeyOutcome {
  const isFailure = failure == KeyFailure.Limited || failure == KeyFailure.Refused;
  const retried = failover.retried;
  const isRetried = retried ? retried.has(status) : failure != KeyFailure.None;
  // The provider accepted a key whose request it finds wrong.
  if (exchange.isKeyRecovering && failure == KeyFailure.None && status < SERVER_ERROR)
    restore(exchange, failover, token);
  if (!isFailure && !isRetried) return KeyOutcome.Passed;
  if (isFailure) {
    const wait = waitAsked(headers, status, body);
    const isRefused = failure == KeyFailure.Refused;
    failKey(exchange.config.name, token, failover, exchange.isKeyRecovering, wait, isRefused, status);
    exchange.isKeyRecovering = false;
  }
  if (exchange.isKeyPinned) return KeyOutcome.Passed;
  const tokens = exchange.config.tokens;
  // What failed before this attempt was tried again by it.
  const isLeft = isRetried && triedCount(triedKeys(), tokens) < failover.mostRetries;
  const hasNext = isLeft && hasFreeKey(tokens, failover, noteTried(token));
  const wait = isFailure && failover.hasPool && !hasNext ? waitForKey(tokens, failover) : 0;
  if (isInFallbackSet()) {
    if (hasNext) {
      exchange.nextKey = NextKey.Fallback;
      announceNextKey();
    } else if (wait) announceNoKey(wait);
    return KeyOutcome.Passed;
  }
  if (hasNext && exchange.isInRoutersChain) exchange.nextKey = NextKey.Retry;
  if (!wait) return KeyOutcome.Passed;
  replyWithoutKey(exchange, wait);
  return KeyOutcome.Replied;
}
