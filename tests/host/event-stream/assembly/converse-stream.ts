import { ResponseSink } from "../../../../assembly/ai/hub/response-sink";
import { StreamTransform } from "../../../../assembly/ai/hub/stream-transform";
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceEquals } from "../../../../assembly/bytes/slice";
import { JsonDocument } from "../../../../assembly/json/document";
import { JsonError } from "../../../../assembly/json/validate";
import { jsonContent, jsonGet, JsonKind, jsonKind } from "../../../../assembly/json/value";
import { Exchange } from "../../../../plugins/ai-proxy/exchange";
import { EventDecoder } from "./event-decoder";
import { beginInto, finishReason, readUsage } from "./messages";

const BAD_GATEWAY = 502;
const TOO_MANY_REQUESTS = 429;

const event = new JsonDocument();
const text = new ByteBuffer();

/** Reads ConverseStream's events into the client's sink. */
export class ConverseStream extends StreamTransform {
  private readonly decoder: EventDecoder = new EventDecoder();
  private isStarted: bool = false;

  constructor(
    private readonly exchange: Exchange,
    private readonly sink: ResponseSink,
  ) {
    super();
  }

  push(chunk: Slice, out: ByteBuffer): void {
    const decoder = this.decoder;
    this.sink.out = out;
    decoder.push(chunk);
    while (!this.sink.hasEnded && decoder.next()) {
      this.onMessage();
      this.note(out);
    }
    if (decoder.isBroken) this.fail(BAD_GATEWAY, ABSENT);
    this.note(out);
  }

  end(out: ByteBuffer): void {
    this.sink.out = out;
    if (!this.sink.isComplete || this.decoder.hasRest) this.fail(BAD_GATEWAY, ABSENT);
    else this.sink.end();
    this.note(out);
  }

  override free(): void {
    this.decoder.free();
    this.sink.free();
  }

  private onMessage(): void {
    const decoder = this.decoder;
    if (event.parse(decoder.payload) != JsonError.None) return this.fail(BAD_GATEWAY, ABSENT);
    if (!sliceEquals(decoder.header(":message-type"), "event")) {
      const isThrottled = sliceEquals(decoder.header(":exception-type"), "throttlingException");
      return this.fail(isThrottled ? TOO_MANY_REQUESTS : BAD_GATEWAY, event.get("message"));
    }
    const sink = this.sink;
    const type = decoder.header(":event-type");
    if (!this.isStarted) beginInto(sink, this.exchange);
    this.isStarted = true;
    if (sliceEquals(type, "metadata")) {
      readUsage(this.exchange, event.get("usage"));
      sink.usage(this.exchange.usage);
      return;
    }
    const choice = sink.choose(0);
    if (choice === null) return;
    const piece = jsonGet(event.get("delta"), "text");
    if (sliceEquals(type, "contentBlockDelta") && jsonKind(piece) == JsonKind.String) {
      sink.text(choice, jsonContent(piece));
    } else if (sliceEquals(type, "messageStop")) sink.finish(choice, finishReason(event.get("stopReason")));
    sink.flush();
  }

  private note(out: ByteBuffer): void {
    this.errorStatus = this.sink.errorStatus;
    this.noteOutput(out);
  }

  private fail(status: i32, message: Slice): void {
    text.clear();
    const broken = text.text("The provider's stream is broken.").slice;
    this.sink.fail(status, jsonKind(message) == JsonKind.String ? jsonContent(message) : broken, ABSENT);
  }
}
