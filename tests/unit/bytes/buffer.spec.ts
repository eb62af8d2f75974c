import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { sliceSize } from "../../../assembly/bytes/slice";
import { utf8, written } from "../assembly/slices";

const buffer = new ByteBuffer();

describe("byte buffer", () => {
  test("appended bytes are in order, at any size", () => {
    let expected = "";
    for (let i = 0; i < 200; i++) {
      buffer.append(utf8("piece ")).integer(i).byte(0x3b).text("ü; ");
      expected += "piece " + i.toString() + ";ü; ";
    }
    expect(written(buffer)).toBe(expected);
  });

  test("slices of any size are appended whole, and nothing but them", () => {
    const letters = "0123456789abcdef".repeat(10);
    for (let size = 0; size < 140; size++) {
      buffer.append(utf8(letters.substr(1, size))).byte(0x3b);
      expect(written(buffer)).toBe(letters.substr(1, size) + ";");
    }
  });

  test("zeros are appended, and nothing but them", () => {
    for (let count = 0; count < 40; count++) {
      buffer.text("0123456789".repeat(8));
      buffer.clear();
      buffer.zeros(count).byte(0x3b);
      expect(buffer.size).toBe(count + 1);
      expect(written(buffer)).toBe("\0".repeat(count) + ";");
    }
  });

  test("texts of any length become UTF-8, wherever the first non-ASCII character is", () => {
    for (let length = 0; length < 40; length++) {
      const ascii = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEF".substr(0, length);
      buffer.text(ascii);
      expect(buffer.size).toBe(length);
      expect(written(buffer)).toBe(ascii);
      expect(written(buffer.text(ascii + "é漢😀" + ascii))).toBe(ascii + "é漢😀" + ascii);
    }
  });

  test("integers are written in full range", () => {
    expect(written(buffer.integer(0))).toBe("0");
    expect(written(buffer.integer(-1))).toBe("-1");
    expect(written(buffer.integer(10))).toBe("10");
    let power: i64 = 1;
    for (let zeros = 0; zeros < 19; zeros++, power *= 10) {
      expect(written(buffer.integer(power))).toBe("1" + "0".repeat(zeros));
      expect(written(buffer.integer(power - 1))).toBe(zeros ? "9".repeat(zeros) : "0");
    }
    expect(written(buffer.integer(4294967295))).toBe("4294967295");
    expect(written(buffer.integer(4294967296))).toBe("4294967296");
    expect(written(buffer.integer(7000000000000000042))).toBe("7000000000000000042");
    expect(written(buffer.integer(i64.MAX_VALUE))).toBe("9223372036854775807");
    expect(written(buffer.integer(i64.MIN_VALUE))).toBe("-9223372036854775808");
  });

  test("the front can be dropped", () => {
    buffer.text("abcdef");
    buffer.dropFront(2);
    expect(written(buffer)).toBe("cdef");
    buffer.text("abc");
    buffer.dropFront(3);
    expect(buffer.size).toBe(0);
  });

  test("a freed buffer can be used again", () => {
    buffer.text("x".repeat(5000));
    buffer.release(20000);
    expect(buffer.size).toBe(0);
    expect<bool>(buffer.start != 0).toBe(true);
    buffer.release(100);
    expect<bool>(buffer.start == 0).toBe(true);
    buffer.free();
    expect(sliceSize(buffer.slice)).toBe(0);
    expect(written(buffer.text("again"))).toBe("again");
  });

  test("a size of more than 2 GiB never counts as free space", () => {
    buffer.text("a");
    expect(() => {
      buffer.reserve(<u32>i32.MAX_VALUE);
    }).toThrow("the sum of both sizes is negative in 32 bits");
    expect(() => {
      buffer.reserve(u32.MAX_VALUE);
    }).toThrow("no memory has so much");
  });
});
