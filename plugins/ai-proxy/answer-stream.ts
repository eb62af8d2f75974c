import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceSize, slicesEqual, subslice } from "../../assembly/bytes/slice";
import { SseDecoder } from "../../assembly/sse/decoder";
import { Exchange } from "./exchange";
import { EventTranslator } from "./provider";
import { tapEvent } from "./usage-tap";

// One chunk is worked on at a time, in one VM: what it becomes is handed to the host before the next one comes.
const out = new ByteBuffer();
/** Memory for output that is kept between chunks. */
const KEPT_BYTES = 256 * 1024;
/** An event of more bytes than this is not usage. */
const LONGEST_HELD = 1 << 20;
/** How much of a chunk is looked at in one step. */
const STEP_BYTES = 64 * 1024;

/** What a chunk of the provider's event stream becomes for the client. One object a stream. */
export abstract class AnswerStream {
  /** The bytes that the client gets for the chunk: the chunk itself where nothing changes. Valid until the next one. */
  abstract push(chunk: Slice, isLastChunk: bool): Slice;

  /** Gives the memory of the stream back. */
  abstract free(): void;
}

/** A stream in another language, translated event by event. */
export class TranslatedStream extends AnswerStream {
  private readonly decoder: SseDecoder = new SseDecoder();

  constructor(private readonly translator: EventTranslator) {
    super();
  }

  push(chunk: Slice, isLastChunk: bool): Slice {
    const decoder = this.decoder;
    out.release(KEPT_BYTES);
    decoder.push(chunk);
    while (decoder.next()) this.translator.onEvent(decoder, out);
    if (isLastChunk) {
      if (decoder.finish()) this.translator.onEvent(decoder, out);
      this.translator.onEnd(out);
    }
    return out.slice;
  }

  free(): void {
    this.decoder.dispose();
    this.translator.free();
  }
}

/**
 * A stream in OpenAI's language that is only looked at: whole events go on as they came, but for those to be dropped. One
 * that is too long to be held ends the looking: from then on everything passes.
 */
export class WatchedStream extends AnswerStream {
  private readonly decoder: SseDecoder = new SseDecoder(LONGEST_HELD);
  private isLeftAlone: bool = false;

  constructor(private readonly exchange: Exchange) {
    super();
  }

  push(chunk: Slice, isLastChunk: bool): Slice {
    if (this.isLeftAlone) return chunk;
    const decoder = this.decoder;
    const mayDrop = this.exchange.asksForUsage;
    out.release(KEPT_BYTES);
    for (let at = 0; at < sliceSize(chunk); at += STEP_BYTES) {
      const step = subslice(chunk, at, min(at + STEP_BYTES, sliceSize(chunk)));
      if (mayDrop && decoder.pending + sliceSize(step) > LONGEST_HELD) {
        this.isLeftAlone = true;
        return out.append(decoder.unfinished).append(subslice(chunk, at)).slice;
      }
      decoder.push(step);
      while (decoder.next()) this.forward(mayDrop);
    }
    if (isLastChunk && decoder.finish()) this.forward(mayDrop);
    return !mayDrop || slicesEqual(out.slice, chunk) ? chunk : out.slice;
  }

  free(): void {
    this.decoder.dispose();
  }

  private forward(mayDrop: bool): void {
    if (tapEvent(this.exchange, this.decoder) && mayDrop) out.append(this.decoder.raw);
  }
}
