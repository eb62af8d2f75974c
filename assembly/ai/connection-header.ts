import { Slice, sliceEquals, sliceStartsWith } from "../bytes/slice";

/**
 * Whether a header (name in lower case) belongs to one connection or to the framing of one message, so that it is not copied to
 * another one; pseudo headers are. https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
 */
export function isConnectionHeader(name: Slice): bool {
  if (sliceStartsWith(name, ":") || sliceEquals(name, "content-length") || sliceEquals(name, "connection")) return true;
  if (sliceEquals(name, "transfer-encoding") || sliceEquals(name, "trailer") || sliceEquals(name, "upgrade"))
    return true;
  return sliceEquals(name, "keep-alive") || sliceEquals(name, "proxy-connection") || sliceEquals(name, "te");
}
