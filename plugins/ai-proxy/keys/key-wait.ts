import { RetryHints } from "../../../assembly/ai/retry-after";
import { ABSENT, Slice, sliceStartsWith } from "../../../assembly/bytes/slice";
import { now } from "../../../assembly/host/clock";
import { HeaderMap } from "../../../assembly/host/headers";

const hints = new RetryHints();

/** Milliseconds that the provider asks to wait in the headers and the body (`ABSENT` if it was not read) of an error; 0 if it does not say. */
export function waitAsked(headers: HeaderMap, status: i32, body: Slice): u64 {
  const isLimit = status == 429 || status >= 500;
  hints.begin(<i64>(now() / 1_000_000));
  if (headers.load()) {
    for (let i = 0; i < headers.count; i++) {
      const name = headers.nameAt(i);
      // The limits of a key that is not over them say nothing of when it is valid again.
      if (isLimit || sliceStartsWith(name, "retry-after")) hints.header(name, headers.valueAt(i));
    }
  }
  if (isLimit && body != ABSENT) hints.body(body);
  return <u64>hints.wait;
}
