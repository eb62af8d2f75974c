import { ByteBuffer } from "../../bytes/buffer";
import { Slice } from "../../bytes/slice";
import { JsonDocument } from "../../json/document";

/**
 * Turns the bytes of a provider's stream into the bytes of the client's stream. One object a stream. How the provider
 * frames its events (server-sent events, a binary event stream) is up to the subclass; chunks end anywhere.
 */
export abstract class StreamTransform {
  /**
   * The HTTP status of the error that ended the stream, 0 while there is none. It becomes the status of the response where
   * the client has received nothing else.
   */
  errorStatus: i32 = 0;
  /** Whether something other than an error was written. */
  hasBegun: bool = false;

  /** Appends what the client receives for the next bytes of the provider, which may be nothing. */
  abstract push(chunk: Slice, out: ByteBuffer): void;

  /** Appends what the client must still get when the provider's stream has ended: an error if it ended too early. Called once. */
  abstract end(out: ByteBuffer): void;

  /**
   * Appends the client's whole stream for a response that came whole although a stream was asked for; `push` and `end` are
   * not called then. `false`, and nothing written, where the provider does not send such responses.
   */
  pushWhole(response: JsonDocument, out: ByteBuffer): bool {
    return false;
  }

  /** Gives the memory of the stream back. */
  free(): void {}

  /** Sets `hasBegun` where bytes are written and no error ended the stream: to be called after each event. */
  @inline
  protected noteOutput(out: ByteBuffer): void {
    if (out.size && !this.errorStatus) this.hasBegun = true;
  }
}
