import { sliceSize, startsWithIgnoringCase } from "../bytes/slice";
import { HeaderMap } from "../host/headers";

/** How the response of a model comes. */
export const enum ResponseBody {
  /** It is none that can be read: an error, compressed, or something else than JSON. */
  None,
  /** One JSON value. */
  Whole,
  /** Server-sent events. */
  Stream,
}

/** How a response comes, by its status and its headers. */
export function responseBodyOf(headers: HeaderMap): ResponseBody {
  const status = headers.status;
  if (status < 200 || status > 299 || sliceSize(headers.get("content-encoding"))) return ResponseBody.None;
  const type = headers.get("content-type");
  if (startsWithIgnoringCase(type, "text/event-stream")) return ResponseBody.Stream;
  return startsWithIgnoringCase(type, "application/json") ? ResponseBody.Whole : ResponseBody.None;
}
