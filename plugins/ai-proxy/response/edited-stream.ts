import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceBetween, sliceEnd, sliceStart } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { JsonError } from "../../../assembly/json/validate";
import { SseDecoder } from "../../../assembly/sse/decoder";
import { sseData, sseEnd } from "../../../assembly/sse/encoder";
import { ResponseEditor } from "./response-editor";
import { ResponseStream } from "./response-stream";
import { EventStream } from "./event-stream";
import { Exchange } from "../exchange";
import { endBroken, isCut } from "./broken-end";
import { tapEvent } from "./usage-tap";

const document = new JsonDocument();
const edit = new JsonEdit();

/** A stream in the client's protocol, the provider's or a translated one, some details of which are edited event by event. */
export class EditedStream extends EventStream {
  constructor(
    private readonly exchange: Exchange,
    private readonly editor: ResponseEditor,
    source: ResponseStream | null,
  ) {
    super(true, source);
  }

  override free(): void {
    super.free();
    this.editor.free();
  }

  protected override onLongEvent(out: ByteBuffer): void {
    this.editor.onLong(out);
  }

  protected override onTail(out: ByteBuffer): void {
    if (!this.exchange.endsBroken) return this.onEvent(out);
    if (isCut(this.decoder)) return;
    this.onEvent(out);
    if (!this.exchange.isComplete) out.text("\n\n");
  }

  protected override onEnd(out: ByteBuffer): void {
    this.editor.onEnd(out);
    if (this.exchange.endsBroken && !this.exchange.isComplete) endBroken(this.exchange, this.isInLongEvent, out);
  }

  protected onEvent(out: ByteBuffer): void {
    const decoder = this.decoder;
    // A transform has read the usage already, and writes it only if the client asks for it.
    if (this.source === null && !tapEvent(this.exchange, decoder) && this.exchange.asksForUsage) return;
    if (!decoder.hasData || document.parse(decoder.data) != JsonError.None) {
      if (decoder.hasData) this.editor.onOther(decoder.data, out);
      out.append(decoder.raw);
      return;
    }
    edit.begin(document);
    if (!this.editor.editEvent(document, edit, out)) return;
    if (!edit.changed && !this.editor.isRewritten) out.append(decoder.raw);
    else write(decoder, out);
  }
}

/** The event with its new data; its id, name and line ends stay. */
function write(decoder: SseDecoder, out: ByteBuffer): void {
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
