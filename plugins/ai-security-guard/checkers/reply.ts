import { ABSENT, byteAt, Slice, sliceSize, sliceToString, trimmed } from "../../../assembly/bytes/slice";
import { jsonPlain } from "../../../assembly/json/value";
import { jsonFaultError, JsonError, jsonValidate } from "../../../assembly/json/validate";
import { Verdict } from "./verdict";

/** The longest error code of a service that a reason repeats. */
const LONGEST_CODE: i32 = 64;

/** The value of a JSON text; `ABSENT` if it is none. */
export function replyObject(body: Slice): Slice {
  return jsonFaultError(jsonValidate(body)) == JsonError.None ? trimmed(body) : ABSENT;
}

/** There is no verdict, because of a status, with the error code of the service if it looks like one. */
export function failOfStatus(status: i32, code: Slice, verdict: Verdict): void {
  const name = jsonPlain(code);
  const reason = status < 0 ? "a reply without a status" : `status ${status}`;
  verdict.fail(isCode(name) ? `${reason}, ${sliceToString(name)}` : reason);
}

function isCode(text: Slice): bool {
  const size = sliceSize(text);
  for (let i = 0; i < size; i++) {
    const byte = byteAt(text, i);
    const isWord = (byte | 0x20) - 0x61 < 26 || byte - 0x30 < 10 || byte == 0x2e || byte == 0x5f || byte == 0x2d;
    if (!isWord) return false;
  }
  return size > 0 && size <= LONGEST_CODE;
}
