import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { EventStream } from "./event-stream";
import { Exchange } from "../exchange";
import { endBroken, isCut } from "./broken-end";
import { tapEvent } from "./usage-tap";

/** A stream in the client's protocol that is only read: events pass unchanged, but for the usage that the client did not ask for. */
export class WatchedStream extends EventStream {
  constructor(private readonly exchange: Exchange) {
    super(exchange.asksForUsage || exchange.endsBroken, null);
  }

  protected onEvent(out: ByteBuffer): void {
    if (tapEvent(this.exchange, this.decoder) && this.mayChange) out.append(this.decoder.raw);
  }

  protected override onTail(out: ByteBuffer): void {
    if (!this.exchange.endsBroken) return this.onEvent(out);
    if (isCut(this.decoder)) return;
    this.onEvent(out);
    if (!this.exchange.isComplete) out.text("\n\n");
  }

  protected override onEnd(out: ByteBuffer): void {
    if (this.exchange.endsBroken && !this.exchange.isComplete) endBroken(this.exchange, this.isInLongEvent, out);
  }
}
