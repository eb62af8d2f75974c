import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceBetween, sliceEnd, sliceSize, sliceStart, subslice } from "../../assembly/bytes/slice";
import { JsonDocument } from "../../assembly/json/document";
import { JsonEdit } from "../../assembly/json/edit";
import { JsonError } from "../../assembly/json/validate";
import { SseDecoder } from "../../assembly/sse/decoder";
import { sseData, sseEnd } from "../../assembly/sse/encoder";
import { AnswerEditor } from "./answer-editor";
import { AnswerStream } from "./answer-stream";
import { Exchange } from "./exchange";
import { tapEvent } from "./usage-tap";

const document = new JsonDocument();
const edit = new JsonEdit();
const out = new ByteBuffer();
const KEPT_BYTES = 256 * 1024;
/** An event of more bytes than this is passed on as it is, and all that follow it. */
const LONGEST_HELD = 1 << 20;
/** How much of a chunk is looked at in one step. */
const STEP_BYTES = 64 * 1024;

/** A stream in OpenAI's language, the provider's or a translated one, some details of which are edited event by event. */
export class EditedStream extends AnswerStream {
  private readonly decoder: SseDecoder = new SseDecoder(LONGEST_HELD);
  private isLeftAlone: bool = false;

  constructor(
    private readonly exchange: Exchange,
    private readonly editor: AnswerEditor,
    private readonly source: AnswerStream | null,
  ) {
    super();
  }

  push(chunk: Slice, isLastChunk: bool): Slice {
    const source = this.source;
    const stream = source ? source.push(chunk, isLastChunk) : chunk;
    if (this.isLeftAlone) return stream;
    const decoder = this.decoder;
    out.release(KEPT_BYTES);
    for (let at = 0; at < sliceSize(stream); at += STEP_BYTES) {
      const step = subslice(stream, at, min(at + STEP_BYTES, sliceSize(stream)));
      if (decoder.pending + sliceSize(step) > LONGEST_HELD) {
        this.isLeftAlone = true;
        return out.append(decoder.unfinished).append(subslice(stream, at)).slice;
      }
      decoder.push(step);
      while (decoder.next()) this.forward();
    }
    if (isLastChunk) {
      if (decoder.finish()) this.forward();
      this.editor.onEnd(out);
    }
    return out.slice;
  }

  free(): void {
    this.decoder.dispose();
    this.editor.free();
    const source = this.source;
    if (source) source.free();
  }

  private forward(): void {
    const decoder = this.decoder;
    // A translator has read the usage already, and writes it only where the client asked.
    if (this.source === null && !tapEvent(this.exchange, decoder) && this.exchange.asksForUsage) return;
    if (!decoder.hasData || document.parse(decoder.data) != JsonError.None) {
      if (decoder.hasData) this.editor.onOther(decoder.data, out);
      out.append(decoder.raw);
      return;
    }
    edit.begin(document);
    if (!this.editor.editEvent(document, edit)) return;
    if (!edit.changed) out.append(decoder.raw);
    else this.write(decoder);
  }

  /** The event with its new data; its id, name and line ends stay. */
  private write(decoder: SseDecoder): void {
    const data = decoder.data;
    const raw = decoder.raw;
    if (sliceStart(data) >= sliceStart(raw) && sliceEnd(data) <= sliceEnd(raw)) {
      out.append(sliceBetween(sliceStart(raw), sliceStart(data)));
      edit.write(out);
      out.append(sliceBetween(sliceEnd(data), sliceEnd(raw)));
      return;
    }
    sseData(out);
    edit.write(out);
    sseEnd(out);
  }
}
