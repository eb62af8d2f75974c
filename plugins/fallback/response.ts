import { sliceSize, startsWithIgnoringCase } from "../../assembly/bytes/slice";
import { HeaderMap } from "../../assembly/host/headers";

/** Whether the response is an event stream that can be read. */
export function isEventStream(headers: HeaderMap): bool {
  return (
    startsWithIgnoringCase(headers.get("content-type"), "text/event-stream") &&
    sliceSize(headers.get("content-encoding")) == 0
  );
}
