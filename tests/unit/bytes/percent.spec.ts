import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { decodePercent } from "../../../assembly/bytes/percent";
import { utf8, written } from "../assembly/slices";

const out = new ByteBuffer();

function decoded(text: string, isQuery: bool = false): string {
  decodePercent(utf8(text), out, isQuery);
  return written(out);
}

describe("percent decoding", () => {
  test("digits in upper and lower case encode a byte", () => {
    expect(decoded("a%2Fb%2fc%41")).toBe("a/b/cA");
    expect(decoded("%E5%8F%A3")).toBe("口");
  });

  test("a decoded text is not decoded again", () => {
    expect(decoded("%2541")).toBe("%41");
  });

  test("a percent sign without two digits is itself", () => {
    expect(decoded("%")).toBe("%");
    expect(decoded("%4")).toBe("%4");
    expect(decoded("%4g%g4%%41")).toBe("%4g%g4%A");
  });

  test("a plus is a space in a query alone", () => {
    expect(decoded("a+b%2B")).toBe("a+b+");
    expect(decoded("a+b%2B", true)).toBe("a b+");
  });

  test("it is appended to the existing text", () => {
    out.text("x");
    expect(decoded("%79")).toBe("xy");
    expect(decoded("")).toBe("");
  });
});
