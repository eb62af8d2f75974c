import { ABSENT, indexOfText, Slice, sliceSize, startsWithIgnoringCase, subslice } from "../../bytes/slice";

const SCHEME = "data:";
const BASE64 = ";base64,";
/** Longer than the media types of all data URLs that clients make, in bytes. */
const LONGEST_TYPE = 256;

/** The media type of a data URL with Base64; ABSENT for any other URL. https://www.rfc-editor.org/rfc/rfc2397 */
export function dataUrlType(url: Slice): Slice {
  const end = endOfType(url);
  return end < 0 ? ABSENT : subslice(url, SCHEME.length, end);
}

/** The Base64 of such a URL. */
export function dataUrlData(url: Slice): Slice {
  return subslice(url, endOfType(url) + BASE64.length);
}

function endOfType(url: Slice): i32 {
  if (!startsWithIgnoringCase(url, SCHEME)) return -1;
  const end = indexOfText(subslice(url, 0, min(sliceSize(url), LONGEST_TYPE)), BASE64);
  return end > SCHEME.length ? end : -1;
}
