import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceOf } from "../../../assembly/bytes/slice";
import { writeBadResponse } from "./response-reply";
import { ResponseStream } from "./response-stream";

const out = new ByteBuffer();

/** A body of which the client gets nothing, but an error in its place. */
export class ReplacedBody extends ResponseStream {
  private isWritten: bool = false;

  /** `message`: the message of the error. */
  constructor(private readonly message: string) {
    super();
  }

  /** The length of the error in bytes. */
  get size(): i32 {
    writeBadResponse(out, this.message);
    return out.size;
  }

  push(chunk: Slice, isLastChunk: bool): Slice {
    if (this.isWritten) return sliceOf(0, 0);
    this.isWritten = true;
    writeBadResponse(out, this.message);
    return out.slice;
  }

  free(): void {}
}
