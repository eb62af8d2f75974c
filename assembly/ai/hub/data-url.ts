import {
  ABSENT,
  indexOfByte,
  Slice,
  sliceEndsWith,
  sliceSize,
  startsWithIgnoringCase,
  subslice,
} from "../../bytes/slice";

const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const SCHEME = "data:";
const BASE64 = ";base64";

/** Whether a URL holds its data itself. https://www.rfc-editor.org/rfc/rfc2397 */
export function isDataUrl(url: Slice): bool {
  return startsWithIgnoringCase(url, SCHEME);
}

/** The media type of a `data:` URL, without parameters; ABSENT where the data are none, or not Base64. */
export function dataUrlType(url: Slice): Slice {
  const comma = indexOfByte(url, COMMA);
  const head = subslice(url, SCHEME.length, max(comma, SCHEME.length));
  if (comma < 0 || !sliceEndsWith(head, BASE64) || comma + 1 == sliceSize(url)) return ABSENT;
  return subslice(head, 0, indexOfByte(head, SEMICOLON));
}

/** The Base64 data of a `data:` URL. */
export function dataUrlData(url: Slice): Slice {
  return subslice(url, indexOfByte(url, COMMA) + 1);
}
