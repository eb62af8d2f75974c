import { ByteBuffer } from "../../assembly/bytes/buffer";
import { byteAt, Slice, sliceEquals, sliceSize } from "../../assembly/bytes/slice";
import { HeaderMap } from "../../assembly/host/headers";
import { savedHeader } from "../../assembly/host/header-snapshot";
import { namedProperty } from "../../assembly/host/property";
import { Attempts } from "./attempts";

/** The status that the routes of a fallback set redirect on. */
export const REDIRECT: i32 = 307;

/** The host of a redirect where the client's own cannot stand in a URL for Envoy. */
const OTHER_HOST = "fallback.invalid";
const UNDERSCORE: u32 = 0x5f;

const location = new ByteBuffer();

/** Turns the response into a redirect that the router follows within Envoy, to the client's own URL. */
export function redirect(attempts: Attempts, headers: HeaderMap): void {
  const saved = attempts.headers.slice;
  location.clear();
  // The router compares the scheme with the one of the request and of the client's connection.
  location.text(isSecure(savedHeader(saved, ":scheme")) ? "https://" : "http://");
  const authority = savedHeader(saved, ":authority");
  if (isUrlHost(authority)) location.append(authority);
  else location.text(OTHER_HOST);
  location.append(savedHeader(saved, ":path"));
  headers.setText(":status", "307");
  headers.set("location", location.slice);
  attempts.isRedirected = true;
}

/** Whether Envoy's parser of URLs takes the host: not with an underscore, as names of containers have, nor with a sign or an encoded byte. */
function isUrlHost(authority: Slice): bool {
  for (let i = 0; i < sliceSize(authority); i++) {
    const byte = byteAt(authority, i);
    // Signs below the digits, but for `-` and `.`; between the digits and the letters, but for `:` and `[`, `]`; and behind the letters.
    if (byte < 0x2d || byte == 0x2f || (byte > 0x3a && byte < 0x41) || byte == UNDERSCORE || byte > 0x7a) return false;
  }
  return sliceSize(authority) > 0;
}

function isSecure(scheme: Slice): bool {
  return sliceEquals(scheme, "https") && sliceSize(namedProperty("connection\0tls_version")) > 0;
}
