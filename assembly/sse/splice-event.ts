import { ByteBuffer } from "../bytes/buffer";
import { byteAt, Slice, sliceBetween, sliceEnd, sliceSize, sliceStart } from "../bytes/slice";
import { SseDecoder } from "./decoder";

/** Appends the decoder's event with other data. Where its data had several lines it has one, and no other fields but the type. */
export function spliceEvent(decoder: SseDecoder, data: Slice, out: ByteBuffer): void {
  const raw = decoder.raw;
  const old = decoder.data;
  const isInPlace = sliceStart(old) >= sliceStart(raw) && sliceEnd(old) <= sliceEnd(raw);
  if (isInPlace) {
    out.append(sliceBetween(sliceStart(raw), sliceStart(old))).append(data);
    out.append(sliceBetween(sliceEnd(old), sliceEnd(raw)));
    return;
  }
  if (decoder.event) out.text("event: ").append(decoder.event).text("\n");
  out.text("data: ");
  for (let i = 0; i < sliceSize(data); i++) {
    const byte = byteAt(data, i);
    // Between the lines of JSON there is white space only.
    out.byte(byte == 0x0a ? 0x20 : byte);
  }
  out.text("\n\n");
}
