import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { compactJson } from "../../../assembly/json/compact";
import { utf8, written } from "../assembly/slices";

const out = new ByteBuffer();

function compact(text: string): string {
  compactJson(utf8(text), out);
  return written(out);
}

describe("compactJson", () => {
  it("removes white space between tokens", () => {
    expect(compact('{ "a" :\n [ 1 ,\t2 ] ,\r\n "b": { } }')).toBe('{"a":[1,2],"b":{}}');
    expect(compact("17")).toBe("17");
    expect(compact("")).toBe("");
  });

  it("keeps white space and quotes in strings", () => {
    expect(compact('{"a b" : "c \\" d", "e":"\\\\" , "f":" "}')).toBe('{"a b":"c \\" d","e":"\\\\","f":" "}');
  });
});
