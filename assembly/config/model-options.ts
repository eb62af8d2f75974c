import { asciiLowerCase } from "../bytes/lower-case";
import { isHeaderName, isPrintable } from "./printable";
import { ConfigReader } from "./reader";

/** What gjson, with which Higress's Go plugins read such a key, takes for a path. */
const PATH_LETTERS = ".*?|#@\\";
/** Headers without which a request is another one. */
const RESERVED: string[] = [
  "host",
  "content-length",
  "content-type",
  "content-encoding",
  "transfer-encoding",
  "connection",
  "upgrade",
  "authorization",
];

/** Reads the name of a header that a plugin writes, and removes from what clients send: in lower case, empty for none. */
export function headerOption(reader: ConfigReader, option: string, fallback: string): string {
  const name = asciiLowerCase(reader.text(option, fallback));
  if (name.length && !isHeaderName(name)) reader.fail(option, "must be the name of a header");
  else if (RESERVED.includes(name)) reader.fail(option, "must be a header that requests have no other use for");
  return name;
}

/** Reads the name of a member of the body; an empty one is `fallback`, as in Higress. */
export function bodyMember(reader: ConfigReader, option: string, fallback: string): string {
  const key = reader.text(option, fallback);
  if (!key.length) return fallback;
  if (!isPrintable(key)) reader.fail(option, "must be printable ASCII");
  for (let i = 0; i < PATH_LETTERS.length; i++) {
    if (!key.includes(PATH_LETTERS.charAt(i))) continue;
    reader.fail(option, "must be the name of a member: paths are not read");
    break;
  }
  return key;
}
