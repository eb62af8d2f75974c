import { asciiLowerCase } from "../bytes/lower-case";
import { isHeaderName } from "../config/printable";
import { ConfigReader } from "../config/reader";

const FROM_HEADER = "from-header-";
const FROM_CONNECTION = "from-remote-addr";

/** Reads where a client's address comes from: the name of a header, or "" for the connection. */
export function readAddressHeader(reader: ConfigReader, option: string): string {
  const text = reader.requiredText(option);
  if (text.startsWith(FROM_HEADER) && isHeaderName(text.substring(FROM_HEADER.length)))
    return asciiLowerCase(text.substring(FROM_HEADER.length));
  if (text.trim().length && text != FROM_CONNECTION)
    reader.fail(option, `must be ${FROM_CONNECTION}, or ${FROM_HEADER} and the name of a header`);
  return "";
}

/** Reads the name of a header; pseudo headers such as `:authority` are accepted. */
export function readHeaderName(reader: ConfigReader, option: string): string {
  const name = reader.requiredTextOrNumber(option);
  const isOne = isHeaderName(name.startsWith(":") ? name.substring(1) : name);
  if (!isOne && name.trim().length) reader.fail(option, "must be the name of a header");
  return asciiLowerCase(name);
}
