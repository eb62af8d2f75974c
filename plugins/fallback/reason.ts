/** Why a target is left for the next one. */
export const enum Reason {
  /** Its response has a status that the configuration lists. */
  Status,
  /** No connection could be made. */
  ConnectFailure,
  /** The connection broke before the response. */
  Reset,
  /** No response, or no content of a stream, came in time. */
  Timeout,
  /** A stream began with an error. */
  StreamError,
  /** The request is too long for the model. */
  ContextLength,
  /** A limiter of the gateway refuses this target. */
  TokenLimit,
  /** It is in cooldown. */
  Cooldown,
  /** All API keys of its provider are in cooldown, or one is and another follows. */
  ApiKeys,
  Count,
  /** There is none. */
  None = Count,
}

const NAMES: string[] = [
  "status",
  "connect-failure",
  "reset",
  "timeout",
  "stream-error",
  "context-length",
  "token-limit",
  "cooldown",
  "api-keys",
];

/** The name of a reason in metrics, logs and response code details: that of a status is the status itself. */
export function reasonName(reason: Reason, status: i32): string {
  return reason == Reason.Status ? status.toString() : NAMES[reason];
}
