import { Slice, sliceEquals, sliceIncludes, sliceStartsWith } from "../../../assembly/bytes/slice";
import { Conditions } from "../conditions";
import { Reason } from "../reason";

/** No failure. */
export const NO_FAILURE: i32 = -1;

/**
 * Why a response is a failure that the configuration lists, by its status and Envoy's response code details
 * (https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details); `NO_FAILURE` if it is none.
 * A refusal by the gateway itself is none, but for those of ai-proxy about the provider and those of a token limit.
 */
export function failureReason(on: Conditions, status: i32, details: Slice): i32 {
  const reason = reasonOf(status, details);
  if (reason == NO_FAILURE) return NO_FAILURE;
  if (reason == <i32>Reason.Status) return on.hasStatus(status) ? reason : NO_FAILURE;
  return on.has(reason) ? reason : NO_FAILURE;
}

function reasonOf(status: i32, details: Slice): i32 {
  if (sliceEquals(details, "via_upstream")) return Reason.Status;
  if (sliceStartsWith(details, "upstream_reset")) {
    const isConnect = sliceIncludes(details, "connection_failure") || sliceIncludes(details, "connection_timeout");
    return isConnect ? Reason.ConnectFailure : Reason.Reset;
  }
  if (sliceEquals(details, "no_healthy_upstream")) return Reason.ConnectFailure;
  if (sliceEquals(details, "response_timeout") || sliceStartsWith(details, "upstream_per_try")) return Reason.Timeout;
  if (sliceEquals(details, "upstream_response_timeout")) return Reason.Timeout;
  if (sliceStartsWith(details, "ai-proxy.") && status >= 500) return Reason.Status;
  return sliceStartsWith(details, "ai-token-ratelimit.") ? <i32>Reason.TokenLimit : NO_FAILURE;
}
