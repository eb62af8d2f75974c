import { Slice, subslice } from "../../../assembly/bytes/slice";
import { nextMark } from "../../../assembly/json/member-marks";
import { utf8 } from "../assembly/slices";

const QUOTE: i32 = 0x22;

/** All marks of a text. */
function marksOf(text: Slice): i32[] {
  const found: i32[] = [];
  for (let at = nextMark(text, 0); at >= 0; at = nextMark(text, at + 1)) found.push(at);
  return found;
}

/** The marks, one position after the other. */
function expected(text: string): i32[] {
  const found: i32[] = [];
  for (let i = 0; i + 1 < text.length; i++) {
    const next = text.charCodeAt(i + 1);
    const isName = text.charCodeAt(i) == QUOTE && (next == 0x65 || next == 0x75);
    if (isName || (text.charCodeAt(i) == 0x6e && next == QUOTE)) found.push(i);
  }
  return found;
}

describe("the marks of names", () => {
  const text = '"error":"n","usage":{"u":1},"finish_reason":null,"e"n"en"u"uu"stop_reason":"n"';

  test("are found at every offset, and none behind the end", () => {
    for (let end = 0; end <= text.length; end++) {
      for (let start = 0; start <= end; start++) {
        const part = text.substring(start, end);
        expect<string>(marksOf(subslice(utf8(text), start, end)).join(" ")).toBe(expected(part).join(" "));
      }
    }
  });

  test("are few in a common event", () => {
    const event =
      '{"id":"c","object":"chat.completion.chunk","choices":[{"delta":{"content":" of"},"finish_reason":null}]}';
    expect<i32>(marksOf(utf8(event)).length).toBe(1);
  });
});
