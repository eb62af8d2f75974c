import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceSize } from "../bytes/slice";

/**
 * Writes the id of a tool call as a JSON string: the provider's own, or where it gave none one made of the answer's id,
 * so that it is the same in a stream and in a whole answer. Both ids are contents of JSON strings.
 */
export function writeCallId(out: ByteBuffer, id: Slice, answerId: Slice, choice: i32, call: i32): void {
  out.byte(0x22);
  if (sliceSize(id) > 0) {
    out.append(id);
  } else {
    out.text("call_").append(answerId);
    if (choice > 0) out.byte(0x5f).integer(choice);
    out.byte(0x5f).integer(call);
  }
  out.byte(0x22);
}
