import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Pattern } from "../../../assembly/pattern/pattern";
import { utf8 } from "../assembly/slices";

const out = new ByteBuffer();

function replaces(pattern: string, text: string, template: string, limit: i32): bool {
  out.clear();
  return Pattern.compile(pattern)!.replace(utf8(text), utf8(template), out, limit);
}

describe("a replacement with a limit", () => {
  test("ends where the result would be longer", () => {
    expect(replaces("a", "aaaa", "bb", 8)).toBe(true);
    expect(out.size).toBe(8);
    expect(replaces("a", "aaaa", "bb", 7)).toBe(false);
    expect(out.size <= 7).toBe(true);
    expect(replaces("(a+)", "aaaa", "$1$1$1", 11)).toBe(false);
    expect(out.size).toBe(0);
    expect(replaces("x", "aaaa", "", 3)).toBe(false);
  });

  test("ends where each match looks far ahead", () => {
    const long = "a".repeat(20000);
    expect(replaces("a*b|a", long, "c", 1 << 20)).toBe(false);
    expect(replaces("a", long, "c", 1 << 20)).toBe(true);
    expect(replaces("a*?", long, "c", 1 << 20)).toBe(true);
    expect(replaces("(\\d{3})\\d{4}(\\d{4})", "12345678901".repeat(2000), "$1****$2", 1 << 20)).toBe(true);
  });
});
