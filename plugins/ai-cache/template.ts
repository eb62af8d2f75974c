import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceOfBuffer } from "../../assembly/bytes/slice";

const PLACE = "%s";

/** A response of the configuration's own, in which `%s` is the text of the stored message. */
export class ResponseTemplate {
  private readonly before: ArrayBuffer;
  private readonly after: ArrayBuffer;

  /** `text` has no fault. */
  constructor(text: string) {
    const place = max(text.indexOf(PLACE), 0);
    this.before = String.UTF8.encode(text.substring(0, place));
    this.after = String.UTF8.encode(text.substring(place + PLACE.length));
  }

  /** What is wrong with a template; empty if nothing is. */
  static faultOf(text: string): string {
    const place = text.indexOf(PLACE);
    return place < 0 || text.indexOf(PLACE, place + 1) >= 0 ? "must contain %s once" : "";
  }

  /** Appends the response for a text, which is the content of a JSON string. */
  write(content: Slice, out: ByteBuffer): void {
    out.append(sliceOfBuffer(this.before)).append(content).append(sliceOfBuffer(this.after));
  }
}
