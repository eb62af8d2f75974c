import { CUT_STATE } from "../../assembly/ai/contract";
import { StreamEnd } from "../../assembly/ai/stream-end";
import { TokenUsage } from "../../assembly/ai/usage";
import { UsageWatch } from "../../assembly/ai/usage-watch";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceSize, subslice } from "../../assembly/bytes/slice";
import { setProperty } from "../../assembly/host/property";
import { alsoEncoded } from "../../assembly/host/scratch";
import { jsonGet, jsonIsTrue } from "../../assembly/json/value";

/** The tokens that a stream reserves at once; fewer if not so many are left. */
const BLOCK: i32 = 64;

/** Milliseconds in which a client gets the end of a stream that is cut, before its connection is reset and the provider is stopped. */
export const CLOSE_AFTER: u32 = 100;

const out = new ByteBuffer();
const usage = new TokenUsage();

/** Ends a stream when nothing is left for it. */
export class StreamCut {
  /** Created for the first stream that may be cut, and kept; `null` before. */
  private end: StreamEnd | null = null;
  private wantsUsage: bool = false;
  /** Whether the stream may be cut. */
  isOn: bool = false;
  /** Whether it was. */
  isDone: bool = false;
  /** The tokens that are reserved next; 0 if nothing is left. */
  block: i32 = 0;

  /** Reads whether the client wants a usage chunk. `json` is an object. */
  readRequest(json: Slice): void {
    this.wantsUsage = jsonIsTrue(jsonGet(jsonGet(json, "stream_options"), "include_usage"));
  }

  /** Begins with a stream. */
  begin(): void {
    if (this.end === null) this.end = new StreamEnd();
    this.isOn = true;
    this.block = BLOCK;
  }

  /** Reads the last event of the stream. Returns whether the stream can be cut behind it. */
  read(watch: UsageWatch): bool {
    const end = this.end!;
    end.read(watch.data);
    return end.isPossible;
  }

  /** Whether the client may be left with a reset after the end. */
  get isClosable(): bool {
    return this.end!.hasDone;
  }

  /** Cuts the stream behind the last event, and notes it for other filters. Returns what is left of the chunk, with the end. `prompt`: the estimated tokens of the prompt. */
  write(chunk: Slice, watch: UsageWatch, prompt: i64): Slice {
    this.isDone = true;
    setProperty(CUT_STATE, alsoEncoded("1"));
    usage.prompt = max(prompt, watch.usage.prompt);
    usage.completion = max(watch.output.tokens, watch.usage.completion);
    out.clear();
    out.append(subslice(chunk, 0, sliceSize(chunk) - watch.rest));
    this.end!.write(out, usage, this.wantsUsage);
    return out.slice;
  }

  /** Forgets the stream. */
  reset(): void {
    const end = this.end;
    if (end) end.reset();
    this.end = end;
    this.wantsUsage = false;
    this.isOn = false;
    this.isDone = false;
    this.block = 0;
  }

  /** Frees the memory; the object is not used again. */
  free(): void {
    const end = this.end;
    if (end) end.free();
  }
}
