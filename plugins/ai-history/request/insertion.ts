import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceSize } from "../../../assembly/bytes/slice";
import { BodyBuffer } from "../../../assembly/host/body";
import { growContentLength } from "../../../assembly/host/content-length";
import { requestHeaders } from "../../../assembly/host/headers";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { Selection } from "../entry/selection";

const KEPT_BYTES: i32 = 64 << 10;
const COMMA: u32 = 0x2c;

const edit = new JsonEdit();
const messages = new ByteBuffer();
const written = new ByteBuffer();

/** Puts the messages of a history before the message `first` of a request; every other byte of it stays. */
export function insertHistory(request: JsonDocument, first: Slice, history: Selection, body: BodyBuffer): void {
  messages.release(KEPT_BYTES);
  written.release(KEPT_BYTES);
  history.write(messages);
  edit.begin(request);
  edit.replace(first, messages.byte(COMMA).append(first).slice);
  edit.write(written);
  growContentLength(requestHeaders, written.size - sliceSize(request.text));
  body.replace(written.slice);
}
