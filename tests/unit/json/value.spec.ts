import { ABSENT, sliceSize } from "../../../assembly/bytes/slice";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import {
  JsonKind,
  jsonAt,
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonFirstKey,
  jsonGet,
  jsonInteger,
  jsonIsInteger,
  jsonIsTrue,
  jsonKind,
  jsonMemberValue,
  jsonNext,
  jsonNextKey,
  jsonPlain,
  jsonText,
  jsonUnescape,
} from "../../../assembly/json/value";
import { textOf, utf8, written } from "../assembly/slices";

const buffer = new ByteBuffer();

describe("JSON values", () => {
  test("the first byte determines the kind", () => {
    expect<i32>(jsonKind(utf8("{}"))).toBe(JsonKind.Object);
    expect<i32>(jsonKind(utf8("[]"))).toBe(JsonKind.Array);
    expect<i32>(jsonKind(utf8('""'))).toBe(JsonKind.String);
    expect<i32>(jsonKind(utf8("-1"))).toBe(JsonKind.Number);
    expect<i32>(jsonKind(utf8("0"))).toBe(JsonKind.Number);
    expect<i32>(jsonKind(utf8("true"))).toBe(JsonKind.True);
    expect<i32>(jsonKind(utf8("false"))).toBe(JsonKind.False);
    expect<i32>(jsonKind(utf8("null"))).toBe(JsonKind.Null);
    expect<i32>(jsonKind(ABSENT)).toBe(JsonKind.Absent);
    expect<i32>(jsonKind(utf8("+1"))).toBe(JsonKind.Absent);
    expect(jsonIsTrue(utf8("true"))).toBe(true);
    expect(jsonIsTrue(utf8("false"))).toBe(false);
    expect(jsonIsTrue(ABSENT)).toBe(false);
  });

  test("a member's value keeps its bytes, and the last duplicate counts", () => {
    const object = utf8('{ "a" : { "a" : [1, "]}"] } , "b":1.50 ,"\\u0062" : 1e2, "s":"x\\"}" }');
    expect(textOf(jsonGet(object, "a"))).toBe('{ "a" : [1, "]}"] }');
    expect(textOf(jsonGet(object, "b"))).toBe("1e2");
    expect(textOf(jsonGet(object, "s"))).toBe('"x\\"}"');
    expect(textOf(jsonGet(jsonGet(object, "a"), "a"))).toBe('[1, "]}"]');
    expect(textOf(jsonGet(object, "c"))).toBe("ABSENT");
    expect(textOf(jsonGet(utf8("[1]"), "a"))).toBe("ABSENT");
    expect(textOf(jsonGet(utf8("{}"), "a"))).toBe("ABSENT");
    expect(textOf(jsonGet(ABSENT, "a"))).toBe("ABSENT");
  });

  test("an element is found by its index", () => {
    const array = utf8('[ 1 , "two,]" , [ 3 , [ ] ] , {"four":4} ]');
    expect(textOf(jsonAt(array, 0))).toBe("1");
    expect(textOf(jsonAt(array, 1))).toBe('"two,]"');
    expect(textOf(jsonAt(array, 2))).toBe("[ 3 , [ ] ]");
    expect(textOf(jsonAt(array, 3))).toBe('{"four":4}');
    expect(textOf(jsonAt(array, 4))).toBe("ABSENT");
    expect(textOf(jsonAt(array, -1))).toBe("ABSENT");
    expect(textOf(jsonAt(utf8("[ ]"), 0))).toBe("ABSENT");
    expect(textOf(jsonAt(utf8("{}"), 0))).toBe("ABSENT");
  });

  test("arrays and objects can be walked through", () => {
    const array = utf8("[1,[2],3 ]");
    let seen = "";
    for (let element = jsonFirst(array); element != ABSENT; element = jsonNext(array, element))
      seen += textOf(element) + ";";
    expect(seen).toBe("1;[2];3;");
    const object = utf8('{"a":1, "b" :{"c":2}\n,"d": "" }');
    seen = "";
    let key = jsonFirstKey(object);
    while (key != ABSENT) {
      const value = jsonMemberValue(object, key);
      seen += textOf(key) + "=" + textOf(value) + ";";
      key = jsonNextKey(object, value);
    }
    expect(seen).toBe('"a"=1;"b"={"c":2};"d"="";');
  });

  test("text that is no JSON yields nothing outside of itself, and ends", () => {
    const texts = [
      "{",
      "[",
      "[,",
      "[1,,2]",
      '{"',
      '{"a',
      '{"a"',
      '{"a":',
      '{"a":}',
      "{a:1}",
      '{"a" 1}',
      "[}",
      '["\\',
      "[[[[",
      "]",
      '"',
      "",
    ];
    for (let i = 0; i < texts.length; i++) {
      const text = utf8(texts[i]);
      let steps = 0;
      for (let e = jsonFirst(text); e != ABSENT && steps < 100; e = jsonNext(text, e)) steps++;
      for (let k = jsonFirstKey(text); k != ABSENT && steps < 100; k = jsonNextKey(text, jsonMemberValue(text, k)))
        steps++;
      expect(steps).toBeLessThan(4, texts[i]);
      expect(sliceSize(jsonGet(text, "a"))).toBeLessThan(3, texts[i]);
    }
    const array = utf8("[1,2]");
    expect(textOf(jsonNext(array, utf8("1")))).toBe("ABSENT");
    expect(textOf(jsonNext(array, ABSENT))).toBe("ABSENT");
  });

  test("a string is read with and without its escapes", () => {
    expect(textOf(jsonContent(utf8('"a\\n"')))).toBe("a\\n");
    expect(textOf(jsonContent(utf8("1")))).toBe("ABSENT");
    expect(textOf(jsonContent(utf8('"')))).toBe("ABSENT");
    expect(sliceSize(jsonContent(utf8('""')))).toBe(0);
    expect<bool>(jsonContent(utf8('""')) == ABSENT).toBe(false);
    expect(textOf(jsonPlain(utf8('"漢字"')))).toBe("漢字");
    expect(textOf(jsonPlain(utf8('"a\\n"')))).toBe("ABSENT");
    expect(jsonText(utf8('"\\u6f22\\/\\"\\\\\\b\\f\\n\\r\\t\\ud83d\\ude00"'))).toBe('漢/"\\\b\f\n\r\t😀');
    expect(jsonText(utf8("12"))).toBe("");
    jsonUnescape(utf8('"\\ud83d x \\ude00\\ud83d\\u0041"'), buffer);
    expect(written(buffer)).toBe("\ufffd x \ufffd\ufffdA");
    jsonUnescape(utf8("null"), buffer);
    expect(buffer.size).toBe(0);
  });

  test("strings are compared after unescaping", () => {
    expect(jsonEquals(utf8('"model"'), "model")).toBe(true);
    expect(jsonEquals(utf8('"m\\u006fdel"'), "model")).toBe(true);
    expect(jsonEquals(utf8('"models"'), "model")).toBe(false);
    expect(jsonEquals(utf8('"mode"'), "model")).toBe(false);
    expect(jsonEquals(utf8('""'), "")).toBe(true);
    expect(jsonEquals(utf8('"漢😀"'), "漢😀")).toBe(true);
    expect(jsonEquals(utf8('"漢\\ud83d\\ude00"'), "漢😀")).toBe(true);
    expect(jsonEquals(utf8('"漢😁"'), "漢😀")).toBe(false);
    expect(jsonEquals(utf8('"😀"'), "\ud83d")).toBe(false);
    expect(jsonEquals(utf8("model"), "model")).toBe(false);
    expect(jsonEquals(ABSENT, "")).toBe(false);
  });

  test("integers are exact, and other values give the fallback", () => {
    expect(jsonInteger(utf8("9223372036854775807"))).toBe(i64.MAX_VALUE);
    expect(jsonInteger(utf8("-9223372036854775808"))).toBe(i64.MIN_VALUE);
    expect(jsonInteger(utf8("9223372036854775808"), 7)).toBe(7);
    expect(jsonInteger(utf8("-9223372036854775809"), 7)).toBe(7);
    expect(jsonInteger(utf8("1e3"))).toBe(1000);
    expect(jsonInteger(utf8("2.0"))).toBe(2);
    expect(jsonInteger(utf8("-0"), 7)).toBe(0);
    expect(jsonInteger(utf8("0e999999999999999999999"), 7)).toBe(0);
    expect(jsonInteger(utf8("1.25E2"))).toBe(125);
    expect(jsonInteger(utf8("1200e-2"))).toBe(12);
    expect(jsonInteger(utf8("100000000000000000000000e-22"))).toBe(10);
    expect(jsonInteger(utf8("0.00000000000000000000012e23"))).toBe(12);
    expect(jsonInteger(utf8("1.5"), 7)).toBe(7);
    expect(jsonInteger(utf8("1e-1"), 7)).toBe(7);
    expect(jsonInteger(utf8("1e19"), 7)).toBe(7);
    expect(jsonInteger(utf8('"1"'), 7)).toBe(7);
    expect(jsonInteger(utf8("true"), 7)).toBe(7);
    expect(jsonInteger(ABSENT, 7)).toBe(7);
    expect(jsonIsInteger(utf8("0"))).toBe(true);
    expect(jsonIsInteger(utf8("-1"))).toBe(true);
    expect(jsonIsInteger(utf8("0.5"))).toBe(false);
    expect(jsonIsInteger(utf8("null"))).toBe(false);
  });
});
