import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../bytes/slice";

/** A response's id of more bytes than this is left out: each chunk, or each tool call without an id, would repeat it. */
const LONGEST_ID = 256;

/** The id of a response as its chunks and tool calls may repeat it: empty where it is too long. */
export function repeatableId(id: Slice): Slice {
  return sliceSize(id) > LONGEST_ID ? ABSENT : id;
}

/**
 * Writes the id of a tool call as a JSON string: the provider's own, or where it gave none one made of the response's id,
 * so that it is the same in a stream and in a whole response. Both ids are contents of JSON strings; the response's is repeated
 * with each call, see `repeatableId`.
 */
export function writeCallId(out: ByteBuffer, id: Slice, responseId: Slice, choice: i32, call: i32): void {
  out.byte(0x22);
  if (sliceSize(id) > 0) {
    out.append(id);
  } else {
    out.text("call_").append(responseId);
    if (choice > 0) out.byte(0x5f).integer(choice);
    out.byte(0x5f).integer(call);
  }
  out.byte(0x22);
}
