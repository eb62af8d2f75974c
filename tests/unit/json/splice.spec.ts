import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { subslice } from "../../../assembly/bytes/slice";
import { Splice } from "../../../assembly/json/splice";
import { utf8, written } from "../assembly/slices";

const splice = new Splice();
const out = new ByteBuffer();

describe("a splice", () => {
  test("copies a text that nothing changes", () => {
    splice.begin(utf8("abc"), out);
    splice.end();
    expect(splice.changed).toBe(false);
    expect(written(out)).toBe("abc");
  });

  test("inserts before and behind parts, and replaces them", () => {
    const text = utf8("[1, 2, 3]");
    splice.begin(text, out);
    splice.before(subslice(text, 1, 2)).text("0,");
    splice.insteadOf(subslice(text, 4, 5)).text("22");
    splice.behind(subslice(text, 7, 8)).text(",4");
    splice.behind(subslice(text, 7, 8)).text(",5");
    splice.end();
    expect(splice.changed).toBe(true);
    expect(written(out)).toBe("[0,1, 22, 3,4,5]");
  });
});
