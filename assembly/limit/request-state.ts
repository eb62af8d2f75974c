import { isReadable } from "../ai/body-model";
import { isPlainJson } from "../ai/content-type";
import { FALLBACK_FROM_HEADER } from "../ai/contract";
import { constant } from "../bytes/constant";
import { ABSENT, sliceEquals, sliceSize, startsWithIgnoringCase } from "../bytes/slice";
import { CONTENT_ENCODING, CONTENT_TYPE } from "../host/header-names";
import { HeaderMap } from "../host/headers";
import { codeDetails, namedProperty } from "../host/property";

const UPGRADE = constant("upgrade");

/** Whether the body of a request can be read: not if it is compressed, a form, gRPC or the data of a WebSocket. */
export function mayBeJson(headers: HeaderMap): bool {
  const contentType = headers.of(CONTENT_TYPE);
  if (!isPlainJson(contentType) && startsWithIgnoringCase(contentType, "multipart/")) return false;
  return isReadable(headers.of(CONTENT_ENCODING), contentType, headers.of(UPGRADE));
}

/**
 * Whether the request may be a later pass of one: a look at a filter state costs more than one at the headers. Envoy's router writes the
 * first header on every internal redirect, Higress's `custom_response` the second. A client that sends one costs that look.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/http_connection_management#internal-redirects
 */
export function mayBeLaterPass(headers: HeaderMap): bool {
  return headers.get("x-envoy-original-url") != ABSENT || headers.get(FALLBACK_FROM_HEADER) != ABSENT;
}

/** Whether a connection to an upstream was made: its provider has begun to work. */
export function isUnderWay(): bool {
  return sliceSize(namedProperty("upstream\0local_address")) > 0;
}

/** Whether the stream ends with an internal redirect: another pass of its request follows. */
export function isRedirected(): bool {
  return sliceEquals(codeDetails(), "internal_redirect");
}
