import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceEquals, sliceSize } from "../../assembly/bytes/slice";
import { HeaderMap } from "../../assembly/host/headers";
import { savedHeader } from "../../assembly/host/header-snapshot";
import { namedProperty } from "../../assembly/host/property";
import { Attempts } from "./attempts";

/** The status that the routes of a fallback set redirect on. */
export const REDIRECT: i32 = 307;

const location = new ByteBuffer();

/** Turns the response into a redirect that the router follows within Envoy, to the client's own URL. */
export function redirect(attempts: Attempts, headers: HeaderMap): void {
  const saved = attempts.headers.slice;
  location.clear();
  // The router compares the scheme with the one of the request and of the client's connection.
  location.text(isSecure(savedHeader(saved, ":scheme")) ? "https://" : "http://");
  location.append(savedHeader(saved, ":authority")).append(savedHeader(saved, ":path"));
  headers.setText(":status", "307");
  headers.set("location", location.slice);
  attempts.isRedirected = true;
}

function isSecure(scheme: Slice): bool {
  return sliceEquals(scheme, "https") && sliceSize(namedProperty("connection\0tls_version")) > 0;
}
