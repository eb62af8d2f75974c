import { sliceEquals, sliceSize, startsWithIgnoringCase } from "../bytes/slice";
import { HeaderMap } from "../host/headers";
import { codeDetails } from "../host/property";

/** Who may have written a response of a model: the upstream, ai-cache, or a route that responds itself. Guards refuse with a response, too. */
const WRITERS: StaticArray<string> = ["via_upstream", "ai-cache.hit", "direct_response"];

/** How the response of a model comes. */
export const enum ResponseBody {
  /** It is none that can be read: an error, compressed, something else than JSON, or the refusal of another filter. */
  None,
  /** One JSON value. */
  Whole,
  /** Server-sent events. */
  Stream,
}

/** How a response comes, by its status, its headers and Envoy's response code details. */
export function responseBodyOf(headers: HeaderMap): ResponseBody {
  const status = headers.status;
  if (status < 200 || status > 299 || sliceSize(headers.get("content-encoding"))) return ResponseBody.None;
  const type = headers.get("content-type");
  const isStream = startsWithIgnoringCase(type, "text/event-stream");
  if ((!isStream && !startsWithIgnoringCase(type, "application/json")) || !isOfModel()) return ResponseBody.None;
  return isStream ? ResponseBody.Stream : ResponseBody.Whole;
}

function isOfModel(): bool {
  const details = codeDetails();
  for (let i = 0; i < WRITERS.length; i++) if (sliceEquals(details, WRITERS[i])) return true;
  return false;
}
