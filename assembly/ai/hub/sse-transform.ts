import { ByteBuffer } from "../../bytes/buffer";
import { Slice } from "../../bytes/slice";
import { SseDecoder } from "../../sse/decoder";
import { StreamTransform } from "./stream-transform";

/** A transform of a stream of server-sent events: the subclass gets each event as soon as it is whole. */
export abstract class SseTransform extends StreamTransform {
  private own: SseDecoder | null = null;

  /** Cuts the stream into events; made with the first piece, since a whole response needs none. */
  get decoder(): SseDecoder {
    const known = this.own;
    return known ? known : (this.own = new SseDecoder());
  }

  /** Appends what the client receives for one event; the event may be longer than the limit (`tooLong`). */
  protected abstract onEvent(event: SseDecoder, out: ByteBuffer): void;

  /** Appends what the client must still get after the last event. */
  protected abstract onEnd(out: ByteBuffer): void;

  push(chunk: Slice, out: ByteBuffer): void {
    const decoder = this.decoder;
    decoder.push(chunk);
    while (decoder.next()) {
      this.onEvent(decoder, out);
      this.noteOutput(out);
    }
  }

  end(out: ByteBuffer): void {
    const decoder = this.decoder;
    if (decoder.finish()) {
      this.onEvent(decoder, out);
      this.noteOutput(out);
    }
    this.onEnd(out);
    this.noteOutput(out);
  }

  override free(): void {
    const decoder = this.own;
    if (decoder) decoder.dispose();
    this.own = null;
  }
}
