import { proxy_send_local_response } from "../abi/imports";
import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceSize, sliceStart } from "../bytes/slice";
import { HeaderPairs } from "./header-pairs";
import { encoded } from "./scratch";

const NO_GRPC_STATUS = -1;
const headers = new HeaderPairs();
const buffer = new ByteBuffer();

/**
 * Answers the client in the place of the provider. `details` shows in Envoy's `%RESPONSE_CODE_DETAILS%`. The callback
 * that calls it must stop the iteration afterwards.
 */
export function sendLocalReply(
  status: i32,
  details: string,
  contentType: string,
  body: Slice,
  more: HeaderPairs | null = null,
): void {
  const pairs = more ? more : headers.clear();
  if (contentType.length) pairs.addText("content-type", contentType);
  buffer.clear();
  const encodedHeaders = pairs.encode(buffer);
  const why = encoded(details);
  proxy_send_local_response(
    status,
    sliceStart(why),
    sliceSize(why),
    sliceStart(body),
    sliceSize(body),
    sliceStart(encodedHeaders),
    sliceSize(encodedHeaders),
    NO_GRPC_STATUS,
  );
}
