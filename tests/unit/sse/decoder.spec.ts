import { sliceSize } from "../../../assembly/bytes/slice";
import { SseDecoder } from "../../../assembly/sse/decoder";
import { textOf, utf8 } from "../assembly/slices";

describe("SSE decoder", () => {
  test("an event in one chunk is read in place", () => {
    const decoder = new SseDecoder();
    const chunk = utf8("id:7\nevent: ping\n: note\ndata: {}\n\ndata");
    decoder.push(chunk);
    expect(decoder.next()).toBe(true);
    expect(textOf(decoder.data)).toBe("{}");
    expect(textOf(decoder.event)).toBe("ping");
    expect(textOf(decoder.id)).toBe("7");
    expect(textOf(decoder.comment)).toBe("note");
    expect(textOf(decoder.raw)).toBe("id:7\nevent: ping\n: note\ndata: {}\n\n");
    expect<bool>(<u32>decoder.raw == <u32>chunk).toBe(true);
    expect(decoder.next()).toBe(false);
    expect(textOf(decoder.data)).toBe("ABSENT");
    expect(decoder.pending).toBe(4);
    decoder.free();
  });

  test("an event without data differs from one with empty data", () => {
    const decoder = new SseDecoder();
    decoder.push(utf8(": keep-alive\n\ndata:\n\n"));
    expect(decoder.next()).toBe(true);
    expect(decoder.hasData).toBe(false);
    expect(textOf(decoder.comment)).toBe("keep-alive");
    expect(decoder.next()).toBe(true);
    expect(decoder.hasData).toBe(true);
    expect(sliceSize(decoder.data)).toBe(0);
    expect(decoder.next()).toBe(false);
    expect(decoder.finish()).toBe(false);
    decoder.free();
  });

  test("the end of the stream ends the last event", () => {
    const decoder = new SseDecoder();
    decoder.push(utf8("data: a\ndata: b"));
    expect(decoder.next()).toBe(false);
    expect(decoder.finish()).toBe(true);
    expect(textOf(decoder.data)).toBe("a\nb");
    expect(decoder.finish()).toBe(false);
    decoder.free();
  });

  test("a decoder that was freed has nothing left", () => {
    const decoder = new SseDecoder();
    decoder.push(utf8("data: a"));
    decoder.next();
    decoder.free();
    decoder.free();
    expect(decoder.pending).toBe(0);
    expect(decoder.finish()).toBe(false);
    expect(decoder.next()).toBe(false);
  });
});
