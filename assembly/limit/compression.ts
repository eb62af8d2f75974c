import { constant } from "../bytes/constant";
import { ABSENT } from "../bytes/slice";
import { HeaderMap } from "../host/headers";

const ACCEPT_ENCODING = constant("accept-encoding");

/** Asks the upstream for no compressed response, in which no usage would be found. */
export function refuseCompression(request: HeaderMap): void {
  if (request.of(ACCEPT_ENCODING) != ABSENT) request.removeNamed(ACCEPT_ENCODING);
}
