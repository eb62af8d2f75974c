import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, slicesEqual, sliceSize } from "../../../assembly/bytes/slice";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonGet,
  jsonNext,
  jsonPlain,
  jsonUnescape,
} from "../../../assembly/json/value";

/** A response with more tool calls has no place in a history. */
const MOST_CALLS: i32 = 64;

const ids = new StaticArray<Slice>(MOST_CALLS);
let count: i32 = 0;
let missing: u64 = 0;
const left = new ByteBuffer();
const right = new ByteBuffer();

/** Whether a message of the model calls tools: `tool_calls` of a chat, blocks of Messages. */
export function hasCalls(answer: Slice): bool {
  readCalls(answer);
  return count > 0;
}

/**
 * Whether the results in a list of messages are those of all calls of a message of the model, and of no other ones: providers refuse a call
 * without a result, and a result without its call.
 */
export function answersAll(messages: Slice, answer: Slice): bool {
  readCalls(answer);
  if (!count || count > MOST_CALLS) return false;
  missing = u64.MAX_VALUE >> (MOST_CALLS - count);
  for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
    const role = jsonGet(message, "role");
    if (jsonEquals(role, "tool") || jsonEquals(role, "function")) {
      if (!take(jsonGet(message, "tool_call_id"))) return false;
      continue;
    }
    const content = jsonEquals(role, "user") ? jsonGet(message, "content") : ABSENT;
    for (let block = jsonFirst(content); block != ABSENT; block = jsonNext(content, block)) {
      if (jsonEquals(jsonGet(block, "type"), "tool_result") && !take(jsonGet(block, "tool_use_id"))) return false;
    }
  }
  return missing == 0;
}

/** Reads the ids of the calls; `count` may be more than what is kept. */
function readCalls(answer: Slice): void {
  count = 0;
  const calls = jsonGet(answer, "tool_calls");
  for (let call = jsonFirst(calls); call != ABSENT; call = jsonNext(calls, call)) keep(jsonGet(call, "id"));
  const content = jsonGet(answer, "content");
  for (let block = jsonFirst(content); block != ABSENT; block = jsonNext(content, block))
    if (jsonEquals(jsonGet(block, "type"), "tool_use")) keep(jsonGet(block, "id"));
}

function keep(id: Slice): void {
  if (count < MOST_CALLS) unchecked((ids[count] = id));
  count++;
}

/** Takes a result. Returns `false` if it is the result of no call, or the second one. */
function take(id: Slice): bool {
  if (!sliceSize(jsonContent(id))) return false;
  for (let i = 0; i < count; i++) {
    if (!isSame(unchecked(ids[i]), id)) continue;
    const bit: u64 = 1 << (<u64>i);
    if (!(missing & bit)) return false;
    missing &= ~bit;
    return true;
  }
  return false;
}

/** Whether two strings are the same, be they written with other escapes. */
function isSame(a: Slice, b: Slice): bool {
  if (jsonPlain(a) != ABSENT && jsonPlain(b) != ABSENT) return slicesEqual(a, b);
  left.release(4096);
  right.release(4096);
  jsonUnescape(a, left);
  jsonUnescape(b, right);
  return slicesEqual(left.slice, right.slice);
}
