import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { writeCanonical } from "../../../assembly/json/canonical";
import { utf8, written } from "../assembly/slices";

const out = new ByteBuffer();

function canonical(text: string): string {
  out.clear();
  writeCanonical(utf8(text), out);
  return written(out);
}

describe("the canonical form of JSON", () => {
  test("is the same for another order of members, other white space and other escapes", () => {
    const form = canonical('{"a":[1,{"x":null,"y":"é\\n"}],"b":{},"c":[]}');
    expect(canonical(' { "c" : [ ] ,"b":{ },\n"a":[1 , {"\\u0079":"\\u00e9\\u000a","x":null}] } ')).toBe(form);
  });

  test("sorts at every depth", () => {
    const form = canonical('{"a":{"a":{"a":1,"b":2,"c":3},"b":4},"b":5,"bb":6}');
    expect(canonical('{"bb":6,"b":5,"a":{"b":4,"a":{"c":3,"b":2,"a":1}}}')).toBe(form);
  });

  test("sorts many members", () => {
    let up = "{";
    let down = "{";
    for (let i = 0; i < 1000; i++) {
      up += `${i ? "," : ""}"k${1000 + i}":${i}`;
      down += `${i ? "," : ""}"k${1999 - i}":${999 - i}`;
    }
    expect(canonical(`${down}}`)).toBe(canonical(`${up}}`));
  });

  test("differs for values that differ", () => {
    const all = [
      "1",
      "1.0",
      '"1"',
      "[1]",
      "[[1]]",
      '{"1":1}',
      "[]",
      "{}",
      "[{}]",
      "null",
      "[1,2]",
      "[2,1]",
      "[12]",
      '{"a":1,"a":2}',
      '{"a":2,"a":1}',
      '{"a":{"b":1}}',
      '{"a":[{"b":1}]}',
      '{"a":"b\\":1"}',
      '"\\ud800"',
      '"\\ud801"',
      '"\\ufffd"',
      '"\u{fffd}"',
      '"\\\\ud800"',
      '{"\\ud800":1}',
      '{"\\ud801":1}',
    ];
    const forms = new Set<string>();
    for (let i = 0; i < all.length; i++) forms.add(canonical(all[i]));
    expect(forms.size).toBe(all.length);
  });

  test("leaves the order of members of very large objects", () => {
    let members = "";
    for (let i = 5000; i > 0; i--) members += `,"${i}":0`;
    expect(canonical(`{"b":{${members.substring(1)}},"a":1}`)).toBe(`{"a":1,"b":{${members.substring(1)},},}`);
  });

  test("leaves the order of members of very deep objects", () => {
    const deepest = '{"a":0,"b":1}';
    let text = '{"b":1,"a":0}';
    for (let i = 0; i < 200; i++) text = `{"b":${text},"a":0}`;
    const form = canonical(text);
    expect(form.includes(deepest.substring(0, 6))).toBe(true);
    expect(form.startsWith('{"b":')).toBe(true);
  });

  test("is appended", () => {
    out.clear();
    out.text("x");
    writeCanonical(utf8('{"b":1,"a":2}'), out);
    expect(written(out)).toBe('x{"a":2,"b":1,}');
  });
});
