import { StreamTransform } from "../../../../assembly/ai/hub/stream-transform";
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceEquals } from "../../../../assembly/bytes/slice";
import { JsonDocument } from "../../../../assembly/json/document";
import { JsonError } from "../../../../assembly/json/validate";
import { jsonGet, JsonKind, jsonKind } from "../../../../assembly/json/value";
import { JsonWriter } from "../../../../assembly/json/writer";
import { sseData, sseEnd } from "../../../../assembly/sse/encoder";
import { Exchange } from "../../../../plugins/ai-proxy/exchange";
import { EventDecoder } from "./event-decoder";
import { finishReason, idOf, readUsage } from "./messages";

const event = new JsonDocument();

/** Turns ConverseStream's events into OpenAI's chunks. */
export class ConverseStream extends StreamTransform {
  private readonly decoder: EventDecoder = new EventDecoder();
  private isFinished: bool = false;

  constructor(private readonly exchange: Exchange) {
    super();
  }

  push(chunk: Slice, out: ByteBuffer): void {
    this.decoder.push(chunk);
    while (!this.errorStatus && this.decoder.next()) {
      this.onMessage(out);
      this.noteOutput(out);
    }
    if (this.decoder.isBroken) this.fail(502, ABSENT, out);
  }

  end(out: ByteBuffer): void {
    if (!this.isFinished || this.decoder.hasRest) this.fail(502, ABSENT, out);
    if (!this.errorStatus) out.text("data: [DONE]\n\n");
  }

  override free(): void {
    this.decoder.free();
  }

  private onMessage(out: ByteBuffer): void {
    const decoder = this.decoder;
    if (event.parse(decoder.payload) != JsonError.None) return this.fail(502, ABSENT, out);
    if (!sliceEquals(decoder.header(":message-type"), "event")) {
      const isThrottled = sliceEquals(decoder.header(":exception-type"), "throttlingException");
      return this.fail(isThrottled ? 429 : 502, event.get("message"), out);
    }
    const type = decoder.header(":event-type");
    if (sliceEquals(type, "metadata")) readUsage(this.exchange, event.get("usage"));
    else if (sliceEquals(type, "contentBlockDelta")) this.write(jsonGet(event.get("delta"), "text"), "", out);
    else if (sliceEquals(type, "messageStop")) {
      this.isFinished = true;
      this.write(ABSENT, finishReason(event.get("stopReason")), out);
    }
  }

  private write(text: Slice, reason: string, out: ByteBuffer): void {
    sseData(out);
    const writer = new JsonWriter(out);
    writer.beginObject().key("id").string(idOf(this.exchange)).key("object").string("chat.completion.chunk");
    writer.key("choices").beginArray().beginObject().key("index").integer(0).key("delta").beginObject();
    if (jsonKind(text) == JsonKind.String) writer.key("content").raw(text);
    writer.endObject();
    if (reason.length) writer.key("finish_reason").string(reason);
    writer.endObject().endArray().endObject();
    sseEnd(out);
  }

  private fail(status: i32, message: Slice, out: ByteBuffer): void {
    if (this.errorStatus) return;
    this.errorStatus = status;
    sseData(out);
    const writer = new JsonWriter(out);
    writer.beginObject().key("error").beginObject().key("message");
    if (jsonKind(message) == JsonKind.String) writer.raw(message);
    else writer.string("The provider's stream is broken.");
    writer.key("code").integer(status).endObject().endObject();
    sseEnd(out);
  }
}
