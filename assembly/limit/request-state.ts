import { isReadable } from "../ai/body-model";
import { sliceEquals, sliceSize, startsWithIgnoringCase } from "../bytes/slice";
import { HeaderMap } from "../host/headers";
import { namedProperty } from "../host/property";

/** Whether the body of a request can be read: not if it is compressed, a form, gRPC or the data of a WebSocket. */
export function mayBeJson(headers: HeaderMap): bool {
  const contentType = headers.get("content-type");
  if (startsWithIgnoringCase(contentType, "multipart/")) return false;
  return isReadable(headers.get("content-encoding"), contentType, headers.get("upgrade"));
}

/** Whether a connection to an upstream was made: its provider has begun to work. */
export function isUnderWay(): bool {
  return sliceSize(namedProperty("upstream\0local_address")) > 0;
}

/** Whether the stream ends with an internal redirect: another pass of its request follows. */
export function isRedirected(): bool {
  return sliceEquals(namedProperty("response\0code_details"), "internal_redirect");
}
