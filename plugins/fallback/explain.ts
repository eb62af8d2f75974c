import { Api } from "../../assembly/ai/api";
import { writeError, writeMessagesError } from "../../assembly/ai/error";
import { RequestPath } from "../../assembly/ai/request-path";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { withoutQuery } from "../../assembly/bytes/query";
import { ABSENT, sliceEquals, sliceToString } from "../../assembly/bytes/slice";
import { HeaderPairs } from "../../assembly/host/header-pairs";
import { savedHeader } from "../../assembly/host/header-snapshot";
import { HeaderMap } from "../../assembly/host/headers";
import { log, LogLevel } from "../../assembly/host/log";
import { codeDetails } from "../../assembly/host/property";
import { sendLocalReply } from "../../assembly/host/reply";
import { FALLBACK_FROM_HEADER } from "../../assembly/ai/contract";
import { Attempts, ORIGIN } from "./attempts";
import { soonestReturn } from "./cooldowns";
import { Reason, reasonName } from "./reason";
import { REDIRECT } from "./redirect";

const TOO_LARGE = 413;

const path = new RequestPath();
const pairs = new HeaderPairs();
const message = new ByteBuffer();
const body = new ByteBuffer();
const scratch = new ByteBuffer();
/** The provider's `retry-after` of the response that is replaced. */
const providerWait = new ByteBuffer();
let isLogged: bool = false;
let isRouteLogged: bool = false;

/**
 * Looks at the response that the client is about to get. A redirect that the router did not follow, the tombstone's response and an error
 * without a body are replaced by an error that says what happened; an error of the last target gets the soonest `retry-after`.
 */
export function explain(attempts: Attempts, isComplete: bool, headers: HeaderMap, endOfStream: bool): void {
  const status = headers.status;
  if (attempts.isRedirected && status == REDIRECT) return refuseRedirect(attempts);
  attempts.isRedirected = false;
  if (status == TOO_LARGE && !isComplete) return refuseLarge(attempts);
  if (attempts.current != ORIGIN && sliceEquals(codeDetails(), "route_not_found")) {
    return refuseWithoutRoute(attempts);
  }
  if (attempts.isExplained) return refuse(attempts, statusFor(attempts.reason, attempts.status), attempts.reason);
  if (status < 400) return;
  if (endOfStream) {
    providerWait.clear();
    providerWait.append(headers.get("retry-after"));
    refuse(attempts, status, Reason.Status);
    return;
  }
  const wait = waitFor(attempts, status);
  if (wait > 0) {
    scratch.clear();
    headers.set("retry-after", scratch.integer(wait).slice);
  }
}

/** The router has not followed the redirect: it has no policy, no route for the request, or no redirect left. */
function refuseRedirect(attempts: Attempts): void {
  if (!isLogged) {
    const advice = "its internal_redirect_policy must redirect on 307, as often as there are targets";
    log(LogLevel.Error, `fallback: a route did not follow a redirect to the next target: ${advice}`);
  }
  isLogged = true;
  refuse(attempts, statusFor(attempts.reason, attempts.status), attempts.reason);
}

/** No route matches the headers of the target. */
function refuseWithoutRoute(attempts: Attempts): void {
  message.clear();
  message.text("The gateway has no route for the target ").append(attempts.nameOf(attempts.current)).text(".");
  if (!isRouteLogged) {
    const target = sliceToString(attempts.nameOf(attempts.current));
    log(LogLevel.Error, `fallback: no route matches the headers of the target "${target}"`);
  }
  isRouteLogged = true;
  send(attempts, 503, "fallback.no_route", "no_route");
}

function refuseLarge(attempts: Attempts): void {
  message.clear();
  message.text("The request is larger than the gateway can hold.");
  send(attempts, TOO_LARGE, "fallback.request_too_large", "request_too_large");
}

/** The status for the client, for one that the failure has. */
function statusFor(reason: Reason, status: i32): i32 {
  if (reason == Reason.Timeout) return 504;
  if (reason == Reason.Reset || reason == Reason.StreamError) return 502;
  if (reason == Reason.TokenLimit) return 429;
  return status >= 400 ? status : 503;
}

function refuse(attempts: Attempts, status: i32, reason: Reason): void {
  message.clear();
  message.text("The target ").append(attempts.nameOf(attempts.current));
  if (reason == Reason.ConnectFailure) message.text(" could not be reached");
  else if (reason == Reason.Reset) message.text(" closed the connection before it responded");
  else if (reason == Reason.Timeout) message.text(" did not respond in time");
  else if (reason == Reason.StreamError) message.text(" sent an error in place of a response");
  else if (reason == Reason.TokenLimit) message.text(" is refused by a limit of the gateway");
  else if (reason == Reason.ContextLength) message.text(" cannot process a request of this length");
  else message.text(" failed with status ").integer(status);
  message.text(attempts.passes > 1 ? ", and so did the other targets." : ".");
  send(attempts, status, `fallback.${reasonName(reason, status)}`, reasonName(reason, status));
}

/** Sends the message in the error shape of the client's API. */
function send(attempts: Attempts, status: i32, details: string, code: string): void {
  pairs.clear();
  if (attempts.current != ORIGIN) pairs.add(FALLBACK_FROM_HEADER, attempts.origin.slice);
  const wait = waitFor(attempts, status);
  scratch.clear();
  if (wait > 0) pairs.add("retry-after", scratch.integer(wait).slice);
  else if (providerWait.size) pairs.add("retry-after", providerWait.slice);
  providerWait.clear();
  scratch.clear();
  body.clear();
  path.read(withoutQuery(savedHeader(attempts.headers.slice, ":path")));
  if (path.api == Api.Messages || path.api == Api.CountTokens) writeMessagesError(body, status, message.slice);
  else writeError(body, status, message.slice, ABSENT, scratch.text(code).slice);
  sendLocalReply(status, details, "application/json", body.slice, pairs);
}

/** Seconds until a target may be tried again, if none may now; 0 otherwise. */
function waitFor(attempts: Attempts, status: i32): i64 {
  if (status != 429 && status < 500) return 0;
  return <i64>((soonestReturn(attempts) + 999) / 1000);
}
