import { ByteBuffer } from "../bytes/buffer";

/** Begins a data line; what follows must hold no line end. */
export function sseData(out: ByteBuffer): void {
  out.text("data: ");
}

/** Ends the data line and the event. */
export function sseEnd(out: ByteBuffer): void {
  out.text("\n\n");
}

/** Writes the event's type as a line of its own, before its data. */
export function sseEvent(out: ByteBuffer, type: string): void {
  out.text("event: ").text(type).text("\n");
}

/** Writes the event that ends an OpenAI stream. */
export function sseDone(out: ByteBuffer): void {
  out.text("data: [DONE]\n\n");
}
