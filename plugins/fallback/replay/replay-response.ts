import { isConnectionHeader } from "../../../assembly/ai/connection-header";
import { Slice, sliceEquals, sliceStartsWith, sliceToString } from "../../../assembly/bytes/slice";
import { HeaderPairs } from "../../../assembly/host/header-pairs";
import { HeaderMap } from "../../../assembly/host/headers";
import { sendLocalReply } from "../../../assembly/host/reply";

/** More headers than any response has that comes through Envoy, which limits them to 100. */
const MOST_HEADERS = 128;

const relayed = new HeaderPairs();

/** Sends the response to a call to the client, in place of the one that is held. */
export function relayResponse(status: i32, details: string, headers: HeaderMap, body: Slice): void {
  relayed.clear();
  for (let i = 0; i < headers.count && relayed.count < MOST_HEADERS; i++) {
    const name = headers.nameAt(i);
    if (!isConnectionHeader(name) && !isOfEnvoy(name)) relayed.add(sliceToString(name), headers.valueAt(i));
  }
  sendLocalReply(status, details, "", body, relayed);
}

/** Headers that Envoy sets anew for the client. */
function isOfEnvoy(name: Slice): bool {
  return sliceEquals(name, "server") || sliceEquals(name, "date") || sliceStartsWith(name, "x-envoy-");
}
