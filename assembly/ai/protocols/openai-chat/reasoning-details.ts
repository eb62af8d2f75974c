import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice } from "../../../bytes/slice";

/**
 * Writes an element of `reasoning_details`: a piece of the text of block `index`, or the signature that ends it; the other one is ABSENT.
 * Clients put the elements of one index together and send them back. Texts are contents of JSON strings.
 * https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning-blocks
 */
export function writeReasoningDetail(out: ByteBuffer, text: Slice, signature: Slice, format: string, index: i32): void {
  out.text('{"type":"reasoning.text"');
  if (text != ABSENT) out.text(',"text":"').append(text).byte(0x22);
  if (signature != ABSENT) out.text(',"signature":"').append(signature).byte(0x22);
  end(out, format, index);
}

/** Writes an element for reasoning that only the provider can read. */
export function writeRedactedDetail(out: ByteBuffer, data: Slice, format: string, index: i32): void {
  out.text('{"type":"reasoning.encrypted","data":"').append(data).byte(0x22);
  end(out, format, index);
}

function end(out: ByteBuffer, format: string, index: i32): void {
  out.text(',"format":"').text(format).text('","index":').integer(index).byte(0x7d);
}
