import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceOf } from "../../../assembly/bytes/slice";
import { Exchange } from "../exchange";
import { writeBadResponse } from "./response-reply";
import { ResponseStream } from "./response-stream";

const out = new ByteBuffer();

/** A body of which the client gets nothing, but an error in its place. */
export class ReplacedBody extends ResponseStream {
  private isWritten: bool = false;

  /** `message`: the message of the error. */
  constructor(
    private readonly exchange: Exchange,
    private readonly message: string,
  ) {
    super();
  }

  /** The length of the error in bytes. */
  get size(): i32 {
    writeBadResponse(this.exchange, out, this.message);
    return out.size;
  }

  push(chunk: Slice, isLastChunk: bool): Slice {
    if (this.isWritten) return sliceOf(0, 0);
    this.isWritten = true;
    writeBadResponse(this.exchange, out, this.message);
    return out.slice;
  }

  free(): void {}
}
