import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { encodeCommand, RedisArguments } from "../../../assembly/redis/arguments";
import { isErrorCode, isReplyNumber, parseReplyNumber, ReplyKind, ReplyReader } from "../../../assembly/redis/reply";
import { textOf, utf8, written } from "../assembly/slices";

const out = new ByteBuffer();
const args = new RedisArguments();
const first = new RedisArguments();
const reader = new ReplyReader();

// https://valkey.io/topics/protocol/#sending-commands-to-a-valkey-server
describe("a command", () => {
  test("is an array of bulk strings", () => {
    out.clear();
    args.clear().text("LLEN").bytes(utf8("mylist"));
    encodeCommand(out, args.count, args.encoded, first.clear().encoded);
    expect(written(out)).toBe("*2\r\n$4\r\nLLEN\r\n$6\r\nmylist\r\n");
  });

  test("keeps any bytes of its arguments, and sizes them in bytes", () => {
    out.clear();
    first.clear().text("SET");
    args.clear().text("é").bytes(utf8("a\r\n$1\r\n")).bytes(utf8("")).integer(-42);
    encodeCommand(out, first.count + args.count, first.encoded, args.encoded);
    expect(written(out)).toBe("*5\r\n$3\r\nSET\r\n$2\r\né\r\n$7\r\na\r\n$1\r\n\r\n$0\r\n\r\n$3\r\n-42\r\n");
  });
});

describe("a number of a reply", () => {
  test("has a sign or none, and 64 bits at most", () => {
    const good: string[] = ["0", "+1", "-1", "007", "9223372036854775807", "-9223372036854775808"];
    for (let i = 0; i < good.length; i++) expect<bool>(isReplyNumber(utf8(good[i]))).toBe(true);
    const bad: string[] = [
      "",
      "-",
      "+",
      "1.0",
      " 1",
      "1 ",
      "--1",
      "1e3",
      "9223372036854775808",
      "-9223372036854775809",
      "10000000000000000000",
    ];
    for (let i = 0; i < bad.length; i++) expect<bool>(isReplyNumber(utf8(bad[i]))).toBe(false);
    expect<i64>(parseReplyNumber(utf8("9223372036854775807"))).toBe(i64.MAX_VALUE);
    expect<i64>(parseReplyNumber(utf8("-9223372036854775808"))).toBe(i64.MIN_VALUE);
  });
});

describe("a reader", () => {
  test("goes through a reply in the order of its bytes", () => {
    reader.begin(utf8("*5\r\n:7\r\n$3\r\na\r\n\r\n*2\r\n$-1\r\n+OK\r\n$2\r\n12\r\n-ERR no\r\n"));
    let found = "";
    while (reader.next()) found += `[${String.fromCharCode(reader.kind)}|${reader.integer}|${textOf(reader.text)}]`;
    expect(found).toBe("[*|5|ABSENT][:|7|ABSENT][$|0|a\r\n][*|2|ABSENT][_|0|ABSENT][+|0|OK][$|0|12][-|0|ERR no]");
  });

  test("reads whole numbers, also in strings", () => {
    reader.begin(utf8("*4\r\n:5\r\n$2\r\n-6\r\n$3\r\n1.5\r\n$-1\r\n"));
    expect<bool>(reader.next()).toBe(true);
    expect<i64>(reader.nextInteger(-9)).toBe(5);
    expect<i64>(reader.nextInteger(-9)).toBe(-6);
    expect<i64>(reader.nextInteger(-9)).toBe(-9);
    expect<i64>(reader.nextInteger(-9)).toBe(-9);
    expect<i64>(reader.nextInteger(-9)).toBe(-9);
    expect<i32>(reader.kind).toBe(ReplyKind.None);
  });

  test("reads an empty reply as none", () => {
    reader.begin(utf8(""));
    expect<bool>(reader.next()).toBe(false);
  });
});

describe("the code of an error", () => {
  test("is its first word", () => {
    expect<bool>(isErrorCode(utf8("NOSCRIPT No matching script."), "NOSCRIPT")).toBe(true);
    expect<bool>(isErrorCode(utf8("NOSCRIPT"), "NOSCRIPT")).toBe(true);
    expect<bool>(isErrorCode(utf8("NOSCRIPTS"), "NOSCRIPT")).toBe(false);
    expect<bool>(isErrorCode(utf8("ERR NOSCRIPT"), "NOSCRIPT")).toBe(false);
  });
});
