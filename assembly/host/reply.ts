import { proxy_send_local_response } from "../abi/imports";
import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceSize, sliceStart } from "../bytes/slice";
import { HeaderPairs } from "./header-pairs";
import { encoded } from "./scratch";
import { noteReply } from "./stream";

const NO_GRPC_STATUS = -1;
const headers = new HeaderPairs();
const buffer = new ByteBuffer();

/**
 * Sends a response to the client in place of the upstream's. `details` shows in `%RESPONSE_CODE_DETAILS%`. It marks the
 * stream: the hook's return value is ignored, and no later hook runs, except `onLog` and `onStreamDone`. It may be called
 * from any hook, from a callout's `onResponse`, and from a tick after `turnTo`. A second one to the same stream is ignored.
 */
export function sendLocalReply(
  status: i32,
  details: string,
  contentType: string,
  body: Slice,
  more: HeaderPairs | null = null,
): void {
  const pairs = headers.clear();
  if (more) pairs.addAll(more);
  if (contentType.length) pairs.addText("content-type", contentType);
  sendReplyOf(status, encoded(details), body, pairs);
}

/** `sendLocalReply` with all headers of the response in one list, and its details in bytes. */
export function sendReplyOf(status: i32, details: Slice, body: Slice, all: HeaderPairs): void {
  if (!noteReply()) return;
  buffer.clear();
  const encodedHeaders = all.encode(buffer);
  proxy_send_local_response(
    status,
    sliceStart(details),
    sliceSize(details),
    sliceStart(body),
    sliceSize(body),
    sliceStart(encodedHeaders),
    sliceSize(encodedHeaders),
    NO_GRPC_STATUS,
  );
}
