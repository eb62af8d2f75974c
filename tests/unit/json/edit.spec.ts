import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceSize } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { jsonFirst, jsonGet } from "../../../assembly/json/value";
import { textOf, utf8, written } from "../assembly/slices";

const document = new JsonDocument();
const edit = new JsonEdit();
const buffer = new ByteBuffer();

function begin(text: string): void {
  document.parse(utf8(text));
  edit.begin(document);
}

function result(): string {
  edit.write(buffer);
  return written(buffer);
}

describe("JSON edits", () => {
  test("a value is replaced in its place, and all else keeps its bytes", () => {
    begin(' {"a" :1.50 ,\n"model": "x" , "b":[ ]}\n');
    edit.setText("model", utf8('qwen"max'));
    expect(edit.changed).toBe(true);
    expect(result()).toBe(' {"a" :1.50 ,\n"model": "qwen\\"max" , "b":[ ]}\n');
  });

  test("members are removed with exactly one comma, whichever they are", () => {
    const members = ["a", "b", "c"];
    for (let mask = 0; mask < 8; mask++) {
      begin('{ "a":1 , "b":2 , "c":3 }');
      let left = "";
      for (let i = 0; i < 3; i++) {
        if (mask & (1 << i)) edit.remove(members[i]);
        else left += (left.length > 0 ? " , " : "") + '"' + members[i] + '":' + (i + 1).toString();
      }
      expect(result()).toBe(left.length > 0 ? "{ " + left + " }" : "{  }");
      expect(edit.changed).toBe(mask != 0);
    }
  });

  test("a member that is not there is added behind the last one that stays", () => {
    begin('{ "a":1\n}');
    edit.set("b", utf8("2"));
    edit.set("c", utf8("3"));
    expect(result()).toBe('{ "a":1,"b":2,"c":3\n}');
    begin("{ }");
    edit.set("b", utf8("2"));
    edit.setText("c", utf8("3"));
    expect(result()).toBe('{"b":2,"c":"3" }');
    begin('{"a":1}');
    edit.remove("a");
    edit.set("b", utf8("2"));
    expect(result()).toBe('{"b":2}');
    begin('{"a":1,"z":2}');
    edit.set("b", utf8("3"));
    edit.remove("z");
    expect(result()).toBe('{"a":1,"b":3}');
  });

  test("the last word on a member counts", () => {
    begin('{"a":1,"b":2}');
    edit.remove("a");
    edit.set("a", utf8("3"));
    edit.set("b", utf8("4"));
    edit.remove("b");
    edit.set("c", utf8("5"));
    edit.set("c", utf8("6"));
    edit.set("d", utf8("7"));
    edit.remove("d");
    expect(result()).toBe('{"a":3,"c":6}');
  });

  test("setting an equal value changes nothing", () => {
    begin('{"a": "x","b":{"c":1}}');
    edit.setText("a", utf8("x"));
    edit.replace(jsonGet(document.get("b"), "c"), utf8("1"));
    edit.remove("z");
    expect(edit.changed).toBe(false);
    expect(edit.partCount).toBe(1);
    expect(result()).toBe('{"a": "x","b":{"c":1}}');
  });

  test("members are put into inner objects, empty or not", () => {
    begin('{"a":{ } ,"b":{"x":[1, 2 ] \n},"c":[{}]}');
    edit.insertMember(document.get("a"), "k", utf8("1"));
    edit.insertMember(document.get("a"), "l", utf8("2"));
    edit.insertMember(document.get("b"), "k", utf8("3"));
    edit.insertMember(jsonFirst(document.get("c")), "k", utf8("4"));
    edit.insertMember(document.root, "d", utf8("5"));
    expect(result()).toBe('{"a":{"k":1,"l":2 } ,"b":{"x":[1, 2 ],"k":3 \n},"c":[{"k":4}],"d":5}');
  });

  test("a change of the enclosing value wins, whichever came first", () => {
    begin('{"a":{"b":{"c":1}},"z":0}');
    const a = document.get("a");
    const b = jsonGet(a, "b");
    edit.replace(jsonGet(b, "c"), utf8("2"));
    edit.replace(b, utf8("[]"));
    edit.insertMember(b, "d", utf8("3"));
    expect(result()).toBe('{"a":{"b":[]},"z":0}');
    edit.set("a", utf8('{"b":{"c":1}}'));
    expect(result()).toBe('{"a":{"b":{"c":1}},"z":0}');
    edit.remove("a");
    expect(result()).toBe('{"z":0}');
    edit.replace(document.root, utf8("null"));
    expect(result()).toBe("null");
  });

  test("duplicates are removed, and set as one", () => {
    begin('{"a":1,"b":2,"\\u0061":3,"a":4}');
    expect(textOf(document.duplicate)).toBe('"\\u0061"');
    edit.set("a", utf8("5"));
    expect(result()).toBe('{"b":2,"a":5}');
    edit.remove("a");
    expect(result()).toBe('{"b":2}');
  });

  test("keys and values are copied", () => {
    begin('{"a":1}');
    const value = utf8("22");
    edit.set("a", value);
    store<u16>(<usize>(<u32>value), 0x3333);
    expect(result()).toBe('{"a":22}');
  });

  test("a document that is no object has no members to set", () => {
    begin("[ 1, 2 ]");
    edit.set("a", utf8("1"));
    edit.remove("a");
    expect(edit.changed).toBe(false);
    edit.replace(jsonFirst(document.root), utf8("3"));
    expect(result()).toBe("[ 3, 2 ]");
    begin("no JSON");
    edit.set("a", utf8("1"));
    expect(edit.changed).toBe(false);
    expect(result()).toBe("");
  });

  test("values of another text are left alone", () => {
    begin('{"a":{}}');
    const stranger: Slice = utf8("{}");
    edit.replace(stranger, utf8("1"));
    edit.insertMember(stranger, "k", utf8("1"));
    expect(edit.changed).toBe(false);
  });

  test("the parts are the text's own ranges and the new pieces", () => {
    begin('{"a":1,"b":2,"c":3}');
    edit.set("b", utf8("22"));
    expect(edit.partCount).toBe(3);
    expect(textOf(edit.part(0))).toBe('{"a":1,"b":');
    expect(textOf(edit.part(1))).toBe("22");
    expect(textOf(edit.part(2))).toBe(',"c":3}');
    expect<bool>(<u32>edit.part(0) == <u32>document.text).toBe(true);
    expect(sliceSize(edit.part(3))).toBe(0);
    expect(sliceSize(edit.part(-1))).toBe(0);
  });
});
