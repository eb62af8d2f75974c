import { sliceBetween, sliceEnd, sliceSize, sliceStart } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { stringEnd } from "../../../assembly/json/token";
import { JsonError, jsonFaultAt, jsonValidate } from "../../../assembly/json/validate";
import { textOf, utf8 } from "../assembly/slices";

const LONGEST = 300;
const plain = "x".repeat(LONGEST);
const document = new JsonDocument();

describe("long strings", () => {
  test("a byte that is not plain is seen at every offset", () => {
    let wrong = "";
    for (let at = 0; at < LONGEST; at++) {
      const before = '"' + plain.substring(0, at);
      const after = plain.substring(at) + '"';
      for (let i = 0; i < 5; i++) {
        const valid = ["\\n", "\u4f60", '\\"', "\\u00e9", "\u007f"][i];
        if (jsonValidate(utf8(before + valid + after)) != 0) wrong += `${valid} at ${at};`;
      }
      const control = jsonValidate(utf8(before + "\u001f" + after));
      if (control != jsonFaultAt(at + 1, JsonError.ControlCharacter)) wrong += `control at ${at};`;
      const escape = jsonValidate(utf8(before + "\\x" + after));
      if (escape != jsonFaultAt(at + 2, JsonError.BadEscape)) wrong += `escape at ${at};`;
      const malformed = utf8(before + "y" + after);
      store<u8>(sliceStart(malformed) + at + 1, 0xff);
      if (jsonValidate(malformed) != jsonFaultAt(at + 1, JsonError.BadUtf8)) wrong += `UTF-8 at ${at};`;
    }
    expect<string>(wrong).toBe("");
  });

  test("the end is found at every offset, whatever follows", () => {
    let wrong = "";
    for (let at = 0; at < LONGEST; at++) {
      const end = plain.substring(0, at) + '"';
      const texts = [end + plain, end + '","' + plain, end];
      for (let i = 0; i < 3; i++) {
        const text = utf8(texts[i]);
        const found = stringEnd(sliceStart(text), sliceEnd(text)) - sliceStart(text);
        if (<i32>found != at + 1) wrong += `${at} as ${found};`;
      }
      const escaped = utf8(plain.substring(0, at) + '\\"' + plain + '"');
      if (stringEnd(sliceStart(escaped), sliceEnd(escaped)) != sliceEnd(escaped)) wrong += `escape at ${at};`;
    }
    expect<string>(wrong).toBe("");
  });
});

describe("a document with a part that is known to be valid", () => {
  test("has all members, and is validated around it", () => {
    const text = utf8('{"a":1,"b":[{"c":"}]"}],"d":[2]}');
    const start = sliceStart(text);
    expect<JsonError>(document.parse(text, sliceBetween(start + 11, start + 23))).toBe(JsonError.None);
    expect<i32>(document.count).toBe(3);
    expect<string>(textOf(document.get("b"))).toBe('[{"c":"}]"}]');
    expect<string>(textOf(document.get("d"))).toBe("[2]");
    store<u8>(sliceEnd(text) - 2, 0x7d);
    expect<JsonError>(document.parse(text, sliceBetween(start + 11, start + 23))).toBe(JsonError.UnexpectedByte);
    expect<i32>(sliceSize(document.text)).toBe(0);
  });
});
