import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, slicesEqual } from "../../../assembly/bytes/slice";
import { EventStream } from "./event-stream";
import { Exchange } from "../exchange";
import { tapEvent } from "./usage-tap";

const out = new ByteBuffer();
/** Memory for output that is kept between chunks. */
const KEPT_BYTES = 256 * 1024;

/** A stream in OpenAI's language that is only looked at: whole events go on as they came, but for those to be dropped. */
export class WatchedStream extends EventStream {
  constructor(private readonly exchange: Exchange) {
    super();
  }

  push(chunk: Slice, isLastChunk: bool): Slice {
    out.release(KEPT_BYTES);
    this.read(chunk, isLastChunk, out);
    return !this.exchange.asksForUsage || slicesEqual(out.slice, chunk) ? chunk : out.slice;
  }

  protected onEvent(out: ByteBuffer): void {
    if (tapEvent(this.exchange, this.decoder) && this.exchange.asksForUsage) out.append(this.decoder.raw);
  }
}
