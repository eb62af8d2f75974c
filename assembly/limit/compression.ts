import { ABSENT } from "../bytes/slice";
import { HeaderMap } from "../host/headers";

/** Asks the upstream for no compressed response, in which no usage would be found. */
export function refuseCompression(request: HeaderMap): void {
  if (request.get("accept-encoding") != ABSENT) request.remove("accept-encoding");
}
