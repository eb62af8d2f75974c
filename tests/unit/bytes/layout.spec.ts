import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { parseDecimal } from "../../../assembly/bytes/decimal";
import { hexValue, NO_HEX_DIGIT } from "../../../assembly/bytes/hex";
import {
  readU32,
  readU64,
  readU64BigEndian,
  writeByte,
  writeU16BigEndian,
  writeU32,
  writeU64,
} from "../../../assembly/bytes/integers";
import { RecordList } from "../../../assembly/bytes/records";
import { bufferOf, copyInto, sliceOfBuffer, sliceToString, subslice } from "../../../assembly/bytes/slice";
import { utf8 } from "../assembly/slices";

// @ts-ignore: decorator
@unmanaged
class Point {
  x: u64;
  y: u32;
  z: u32;
}

describe("integers of a binary layout", () => {
  it("are read as they were appended, little-endian", () => {
    const bytes = new ByteBuffer().u32(0x01020304).u64(0x1122334455667788).zeros(2);
    expect(bytes.size).toBe(14);
    expect(readU32(bytes.slice, 0)).toBe(0x01020304);
    expect(readU64(bytes.slice, 4)).toBe(0x1122334455667788);
    expect(readU64BigEndian(bytes.slice, 4)).toBe(0x8877665544332211);
  });

  it("are overwritten where they are, and nowhere else", () => {
    const bytes = new ByteBuffer().zeros(24).slice;
    writeU32(bytes, 0, 0xffffffff);
    writeU64(bytes, 8, 7);
    writeU16BigEndian(bytes, 16, 0x0102);
    writeByte(bytes, 23, 9);
    expect(readU32(bytes, 0)).toBe(0xffffffff);
    expect(readU32(bytes, 4)).toBe(0);
    expect(readU64(bytes, 8)).toBe(7);
    expect(readU64(bytes, 16)).toBe(0x0900000000000201);
  });
});

describe("records", () => {
  it("stand behind the head, and keep their order through insertions and removals", () => {
    const buffer = new ByteBuffer().zeros(8);
    const points = new RecordList<Point>(buffer, 8);
    for (let i = 0; i < 5; i++) points.add().x = i;
    points.insert(2).x = 9;
    expect(points.count).toBe(6);
    expect(points.at(1).x).toBe(1);
    expect(points.at(2).x).toBe(9);
    expect(points.at(5).x).toBe(4);
    points.removeFrom(1, 3);
    expect(points.count).toBe(3);
    expect(points.at(1).x).toBe(3);
    points.remove(0);
    expect(points.count).toBe(2);
    expect(points.at(0).x).toBe(4);
    expect(readU64(buffer.slice, 0)).toBe(0);
  });

  it("begin as zeros, whatever stood there", () => {
    const buffer = new ByteBuffer();
    const points = new RecordList<Point>(buffer, 0);
    points.add().y = 5;
    buffer.clear();
    expect(points.add().y).toBe(0);
    points.insert(0).z = 3;
    points.removeFrom(0, 1);
    expect(points.insert(0).z).toBe(0);
  });
});

describe("numbers and copies", () => {
  it("are read from decimal and hexadecimal digits alone", () => {
    expect(parseDecimal(utf8("0"))).toBe(0);
    expect(parseDecimal(utf8("999999999"))).toBe(999999999);
    expect(parseDecimal(utf8("1000000000"))).toBe(-1);
    expect(parseDecimal(utf8("12a"))).toBe(-1);
    expect(parseDecimal(utf8("-1"))).toBe(-1);
    expect(parseDecimal(utf8(""))).toBe(-1);
    expect(hexValue(0x39)).toBe(9);
    expect(hexValue(0x61)).toBe(10);
    expect(hexValue(0x46)).toBe(15);
    expect(hexValue(0x67)).toBe(NO_HEX_DIGIT);
    expect(hexValue(0x2f)).toBe(NO_HEX_DIGIT);
    expect(hexValue(0x19)).toBe(NO_HEX_DIGIT);
  });

  it("are copied, and never past the end of the target", () => {
    const copy = sliceOfBuffer(bufferOf(utf8("abcdef")));
    expect(sliceToString(copy)).toBe("abcdef");
    copyInto(subslice(copy, 2, 4), utf8("xyz"));
    expect(sliceToString(copy)).toBe("abxyef");
  });
});
