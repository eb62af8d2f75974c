import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { EventStream } from "./event-stream";
import { Exchange } from "../exchange";
import { tapEvent } from "./usage-tap";

/** A stream in the client's protocol that is only read: events pass unchanged, but for the usage that the client did not ask for. */
export class WatchedStream extends EventStream {
  constructor(private readonly exchange: Exchange) {
    super(exchange.asksForUsage, null);
  }

  protected onEvent(out: ByteBuffer): void {
    if (tapEvent(this.exchange, this.decoder) && this.exchange.asksForUsage) out.append(this.decoder.raw);
  }
}
