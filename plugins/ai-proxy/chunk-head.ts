import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceSize } from "../../assembly/bytes/slice";
import { JsonDocument } from "../../assembly/json/document";
import { escapeJson } from "../../assembly/json/writer";
import { jsonKind, JsonKind } from "../../assembly/json/value";
import { sseData } from "../../assembly/sse/encoder";
import { Exchange } from "./exchange";

/** A value of more bytes than this is not repeated. */
const LONGEST = 1024;

/** What the chunks of a stream begin with, for a chunk of the gateway's own: taken from one that the provider sent. */
export class ChunkHead {
  private readonly bytes: ByteBuffer = new ByteBuffer();

  /** Takes `id`, `created` and `model` of the first chunk that it is given. */
  read(exchange: Exchange, event: JsonDocument): void {
    const out = this.bytes;
    if (out.size) return;
    sseData(out);
    out.text('{"id":').append(token(event.get("id"), JsonKind.String, '""'));
    out.text(',"object":"chat.completion.chunk","created":').append(token(event.get("created"), JsonKind.Number, "0"));
    out.text(',"model":');
    if (exchange.hasRequestedModel) {
      out.byte(0x22);
      escapeJson(exchange.requestedModel, out);
      out.byte(0x22);
    } else out.append(token(event.get("model"), JsonKind.String, '""'));
    out.text(',"choices":[');
  }

  /** Begins a chunk, up to its first choice. */
  write(out: ByteBuffer): void {
    out.append(this.bytes.slice);
  }

  /** Gives the memory back; the head is not used again. */
  dispose(): void {
    this.bytes.dispose();
  }
}

const other = new ByteBuffer();

function token(value: Slice, kind: JsonKind, fallback: string): Slice {
  if (jsonKind(value) == kind && sliceSize(value) <= LONGEST) return value;
  other.clear();
  return other.text(fallback).slice;
}
