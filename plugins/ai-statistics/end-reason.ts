import { constant, constants } from "../../assembly/bytes/constant";
import { Slice, sliceEquals, sliceIncludes, sliceSize, slicesEqual, sliceStartsWith } from "../../assembly/bytes/slice";

/** How a pass of a request has ended. */
export const enum EndReason {
  /** The client has the whole response of the provider. */
  Finished,
  /** The client left. */
  ClientGone,
  /** The provider did not respond, or broke off its response. */
  ProviderGone,
  /** A plugin or another filter has replied in place of the provider. */
  Refused,
  /** A limiter has ended the stream. */
  Cut,
  /** Envoy itself has replied: it has no route, or a limit of its own was exceeded. */
  LocalReply,
  /** The request is sent again, to another target: this was one attempt. */
  Redirected,
  /** ai-cache has replied: the provider was not asked. */
  Cached,
}

/** The names, in the order of `EndReason`. */
export const END_REASONS: StaticArray<Slice> = constants(
  "finished client_gone provider_gone refused cut local_reply redirected cached",
);

/** Why a request has failed, as far as the status does not say it. */
export const enum Fault {
  /** It has not failed, or `Status` says why. */
  None,
  /** The status of the provider is the reason. */
  Status,
  Timeout,
  Connect,
  ClientGone,
  StreamError,
  Refused,
  Other,
}

/** Values of `error.type`, in the order of `Fault` without the first two, which have none. */
const FAULTS: StaticArray<Slice> = constants("timeout connect client_gone stream_error refused _OTHER");

/** The value of `error.type` of a fault that is more than a status. */
export function faultName(fault: Fault): Slice {
  return FAULTS[fault - Fault.Timeout];
}

/** The details of most responses. */
const VIA_UPSTREAM = constant("via_upstream");

/**
 * How a pass has ended, by Envoy's response code details (empty if there are none).
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details
 */
export function endReasonOf(details: Slice): EndReason {
  if (slicesEqual(details, VIA_UPSTREAM) || !sliceSize(details)) return EndReason.Finished;
  if (sliceEquals(details, "internal_redirect")) return EndReason.Redirected;
  if (sliceEquals(details, "ai-cache.hit")) return EndReason.Cached;
  if (isClientsEnd(details)) return EndReason.ClientGone;
  if (
    sliceStartsWith(details, "upstream_") ||
    sliceStartsWith(details, "http1.") ||
    sliceStartsWith(details, "http2.")
  ) {
    return EndReason.ProviderGone;
  }
  if (isOfRouter(details)) return EndReason.ProviderGone;
  return isOfEnvoy(details) ? EndReason.LocalReply : EndReason.Refused;
}

/** Why a pass has failed. `hasStreamError`: an event of its stream was an error. */
export function faultOf(reason: EndReason, details: Slice, status: i32, hasStreamError: bool): Fault {
  switch (reason) {
    case EndReason.ClientGone:
      return Fault.ClientGone;
    case EndReason.Refused:
      return status < 400 ? Fault.None : Fault.Refused;
    case EndReason.ProviderGone:
      if (sliceIncludes(details, "timeout") || sliceIncludes(details, "max_stream_duration")) return Fault.Timeout;
      if (status && status < 400) return Fault.StreamError;
      return isConnect(details) ? Fault.Connect : Fault.Other;
    case EndReason.LocalReply:
      if (sliceIncludes(details, "timeout") || sliceIncludes(details, "duration")) return Fault.Timeout;
      return status < 400 && sliceEquals(details, "direct_response") ? Fault.None : Fault.Other;
    case EndReason.Redirected:
      return Fault.Other;
    default:
      if (status >= 400) return Fault.Status;
      return hasStreamError ? Fault.StreamError : Fault.None;
  }
}

function isClientsEnd(details: Slice): bool {
  return sliceStartsWith(details, "downstream_") || sliceStartsWith(details, "client_disconnect");
}

/** The router's replies where no host of a cluster has responded. */
function isOfRouter(details: Slice): bool {
  return sliceStartsWith(details, "no_healthy_upstream") || sliceStartsWith(details, "response_timeout");
}

function isConnect(details: Slice): bool {
  if (sliceStartsWith(details, "no_healthy_upstream")) return true;
  return sliceIncludes(details, "connection_failure") || sliceIncludes(details, "connection_termination");
}

/** Replies of the connection manager and the router. Those of plugins are `<plugin>.<reason>`, and each other filter has its own. */
function isOfEnvoy(details: Slice): bool {
  for (let i = 0; i < OF_ENVOY.length; i++) if (sliceStartsWith(details, OF_ENVOY[i])) return true;
  return false;
}

const OF_ENVOY: StaticArray<string> = [
  "route_not_found",
  "cluster_not_found",
  "direct_response",
  "maintenance_mode",
  "no_cluster",
  "request_overall_timeout",
  "request_header_timeout",
  "request_payload_too_large",
  "request_payload_exceeded",
  "response_payload_too_large",
  "stream_idle_timeout",
  "max_duration_timeout",
  "duration_timeout",
  "overload",
  "missing_host_header",
  "missing_path",
  "path_normalization_failed",
  "absolute_path_rejected",
  "internal_error",
  "wasm_fail_stream",
];
