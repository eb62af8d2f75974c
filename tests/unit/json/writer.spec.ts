import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { JsonWriter, escapeJson } from "../../../assembly/json/writer";
import { utf8, written } from "../assembly/slices";

const buffer = new ByteBuffer();
const writer = new JsonWriter(buffer);

describe("JSON writer", () => {
  test("commas and colons are at the correct positions", () => {
    writer.reset().beginObject().key("a").integer(-1).key("b").beginArray();
    writer.boolean(true).boolean(false).nothing().beginArray().endArray().beginObject().endObject().endArray();
    writer.key("c").beginObject().key("d").string("x").endObject().key("e").raw(utf8("1.50")).endObject();
    expect(written(buffer)).toBe('{"a":-1,"b":[true,false,null,[],{}],"c":{"d":"x"},"e":1.50}');
  });

  test("a new document begins without a comma", () => {
    writer.reset().integer(1);
    writer.reset().integer(2);
    expect(written(buffer)).toBe("12");
  });

  test("special characters are escaped at any position of a text of any length", () => {
    for (let length = 0; length < 36; length++) {
      for (let at = 0; at <= length; at += 3) {
        const text = "x".repeat(at) + '"\\\n\u0001/é漢😀\u007f' + "y".repeat(length - at);
        const escaped = "x".repeat(at) + '\\"\\\\\\n\\u0001/é漢😀\u007f' + "y".repeat(length - at);
        writer.reset().text(utf8(text));
        expect(written(buffer)).toBe('"' + escaped + '"');
        writer.reset().string(text);
        expect(written(buffer)).toBe('"' + escaped + '"');
        writer.reset().key(text);
        expect(written(buffer)).toBe('"' + escaped + '":');
      }
    }
  });

  test("all control characters have their escape", () => {
    let text = "";
    for (let i = 0; i < 32; i++) text += String.fromCharCode(i);
    escapeJson(utf8(text), buffer);
    expect(written(buffer)).toBe(
      "\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f" +
        "\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f",
    );
  });

  test("a lone surrogate of a string becomes U+FFFD", () => {
    writer.reset().string("a\ud800b\udc00c\ud83d");
    expect(written(buffer)).toBe('"a\ufffdb\ufffdc\ufffd"');
  });
});
