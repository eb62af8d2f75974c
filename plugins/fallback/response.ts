import { byteAt, Slice, sliceSize, startsWithIgnoringCase } from "../../assembly/bytes/slice";
import { HeaderMap } from "../../assembly/host/headers";

/** The number of a `:status`; 0 if it is none. */
export function statusOf(value: Slice): i32 {
  if (sliceSize(value) != 3) return 0;
  return <i32>(100 * byteAt(value, 0) + 10 * byteAt(value, 1) + byteAt(value, 2)) - 111 * 0x30;
}

/** Whether the response is an event stream that can be read. */
export function isEventStream(headers: HeaderMap): bool {
  return (
    startsWithIgnoringCase(headers.get("content-type"), "text/event-stream") &&
    sliceSize(headers.get("content-encoding")) == 0
  );
}
