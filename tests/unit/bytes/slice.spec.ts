import {
  ABSENT,
  byteAt,
  hasByte,
  hashOf,
  indexOfByte,
  lastIndexOfByte,
  lastIndexOfText,
  sliceEndsWith,
  sliceEquals,
  sliceEqualsIgnoringCase,
  sliceIncludes,
  sliceSize,
  sliceStartsWith,
  slicesEqual,
  startsWithIgnoringCase,
  subslice,
  trimmed,
} from "../../../assembly/bytes/slice";
import { textOf, utf8 } from "../assembly/slices";

describe("slice", () => {
  test("an empty slice is not absent", () => {
    expect<bool>(utf8("") == ABSENT).toBe(false);
    expect(sliceSize(utf8(""))).toBe(0);
    expect(sliceSize(ABSENT)).toBe(0);
  });

  test("a part is clamped to the whole", () => {
    const whole = utf8("0123456789");
    expect(textOf(subslice(whole, 2, 4))).toBe("23");
    expect(textOf(subslice(whole, 7))).toBe("789");
    expect(textOf(subslice(whole, -3, 2))).toBe("01");
    expect(textOf(subslice(whole, 8, 99))).toBe("89");
    expect(sliceSize(subslice(whole, 5, 3))).toBe(0);
    expect(sliceSize(subslice(whole, 99))).toBe(0);
  });

  test("equality looks at every byte and the length", () => {
    expect(slicesEqual(utf8("abc"), utf8("abc"))).toBe(true);
    expect(slicesEqual(utf8("abc"), utf8("abd"))).toBe(false);
    expect(slicesEqual(utf8("abc"), utf8("abcd"))).toBe(false);
    expect(slicesEqual(utf8(""), ABSENT)).toBe(true);
    expect(sliceEquals(utf8("data"), "data")).toBe(true);
    expect(sliceEquals(utf8("data"), "Data")).toBe(false);
    expect(sliceEquals(utf8("data"), "dat")).toBe(false);
  });

  test("letter case is ignored for ASCII letters only", () => {
    expect(sliceEqualsIgnoringCase(utf8("Content-TYPE"), "content-type")).toBe(true);
    expect(sliceEqualsIgnoringCase(utf8("@[`{"), "`{`{")).toBe(false);
    expect(startsWithIgnoringCase(utf8("Bearer x"), "bearer ")).toBe(true);
    expect(startsWithIgnoringCase(utf8("Bear"), "bearer ")).toBe(false);
  });

  test("beginnings, ends and inner parts are found", () => {
    const path = utf8("/v1/chat/completions");
    expect(sliceStartsWith(path, "/v1/")).toBe(true);
    expect(sliceStartsWith(path, "/v2/")).toBe(false);
    expect(sliceEndsWith(path, "/completions")).toBe(true);
    expect(sliceEndsWith(path, "completion")).toBe(false);
    expect(sliceEndsWith(utf8("x"), "xx")).toBe(false);
    expect(sliceIncludes(path, "chat")).toBe(true);
    expect(sliceIncludes(path, "ions")).toBe(true);
    expect(sliceIncludes(path, "ionss")).toBe(false);
    expect(sliceIncludes(utf8("chat"), "chats")).toBe(false);
  });

  test("a byte is found at any position", () => {
    for (let at = 0; at < 40; at++) {
      const text = utf8("x".repeat(at) + ":" + "x".repeat(40 - at));
      expect(indexOfByte(text, 0x3a)).toBe(at);
      expect(indexOfByte(text, 0x3a, at)).toBe(at);
      expect(indexOfByte(text, 0x3a, at + 1)).toBe(-1);
      expect(lastIndexOfByte(text, 0x3a)).toBe(at);
    }
    expect(indexOfByte(ABSENT, 0x3a)).toBe(-1);
    expect(lastIndexOfByte(ABSENT, 0x3a)).toBe(-1);
    expect(indexOfByte(utf8("a:b:c"), 0x3a)).toBe(1);
    expect(lastIndexOfByte(utf8("a:b:c"), 0x3a)).toBe(3);
  });

  test("the last occurrence of a text is found wherever it stands", () => {
    for (let at = 0; at < 40; at++) {
      const text = utf8("x".repeat(at) + '"usage' + '"u'.repeat(at % 20));
      expect(lastIndexOfText(text, '"usage')).toBe(at);
      expect(lastIndexOfText(text, '"usages')).toBe(-1);
    }
    expect(lastIndexOfText(utf8("abcabc" + "-".repeat(20)), "abc")).toBe(3);
    expect(lastIndexOfText(utf8("aaaa" + "a".repeat(20)), "aa")).toBe(22);
    expect(lastIndexOfText(utf8("ab"), "abc")).toBe(-1);
    expect(lastIndexOfText(ABSENT, "a")).toBe(-1);
  });

  test("a byte is found wherever it stands, and equal slices are equal in each byte", () => {
    for (let size = 1; size <= 40; size++) {
      const plain = utf8("a".repeat(size));
      expect(hasByte(plain, 0x5c)).toBe(false);
      expect(slicesEqual(plain, utf8("a".repeat(size)))).toBe(true);
      for (let at = 0; at < size; at++) {
        const other = utf8("a".repeat(at) + "\\" + "a".repeat(size - at - 1));
        expect(hasByte(other, 0x5c)).toBe(true);
        expect(slicesEqual(plain, other)).toBe(false);
      }
    }
    expect(hasByte(ABSENT, 0x5c)).toBe(false);
  });

  test("white space is trimmed at both ends", () => {
    expect(textOf(trimmed(utf8(" \t\r\n a b \n")))).toBe("a b");
    expect(sliceSize(trimmed(utf8(" \n ")))).toBe(0);
    expect(sliceSize(trimmed(utf8("")))).toBe(0);
    // Vertical tab and form feed are not white space here.
    expect(sliceSize(trimmed(utf8("\u000b\u000c")))).toBe(2);
  });

  test("the hash is FNV-1a", () => {
    expect(hashOf(utf8(""))).toBe(0x811c9dc5);
    expect(hashOf(utf8("a"))).toBe(0xe40c292c);
    expect(hashOf(utf8("foobar"))).toBe(0xbf9cf968);
  });

  test("a byte is read by its index", () => {
    expect(byteAt(utf8("ab"), 1)).toBe(0x62);
  });
});
