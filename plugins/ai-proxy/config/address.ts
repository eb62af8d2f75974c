import { isHost } from "../../../assembly/config/host";
import { ConfigReader } from "../../../assembly/config/reader";
import { isVisible } from "../../../assembly/config/printable";

const HTTP = "http://";
const HTTPS = "https://";
const HOST_RULE = "must be a host name, without scheme and path; a port may follow it";
const PATH_RULE = "must be printable ASCII without blanks and #";

/** An address of the configuration, in the parts that `:authority` and `:path` need. */
export class HttpAddress {
  /** The host, with its port where it has one; "" where there is no address. */
  host: string = "";
  /** What follows the host, up to the query; "" where nothing does. */
  path: string = "";
  /** What follows the `?`. */
  query: string = "";

  /** Reads `https://host/path?query`, with or without the scheme; reports what no header can contain. */
  static read(reader: ConfigReader, key: string): HttpAddress {
    const address = new HttpAddress();
    // If its name is misspelt, requests and their API keys would go to another host.
    reader.guards([key]);
    const text = reader.has(key) ? reader.requiredText(key) : "";
    if (!text.length) return address;
    const rest = withoutScheme(text);
    if (rest.includes("://")) reader.fail(key, "must begin with https://, with http://, or with the host");
    const mark = rest.indexOf("?");
    const place = mark < 0 ? rest : rest.substring(0, mark);
    const slash = place.indexOf("/");
    address.host = slash < 0 ? place : place.substring(0, slash);
    address.path = slash < 0 ? "" : place.substring(slash);
    address.query = mark < 0 ? "" : rest.substring(mark + 1);
    if (!address.host.length) reader.fail(key, "must name a host");
    else if (!isHost(address.host)) reader.fail(key, `names no host that a request can go to: it ${HOST_RULE}`);
    if (!isPath(address.path) || !isPath(address.query)) reader.fail(key, PATH_RULE);
    return address;
  }
}

/** Reads a text that must not be empty if it is set: a template writes an empty one for a variable without a value. */
export function readFilled(reader: ConfigReader, key: string): string {
  return reader.has(key) ? reader.requiredTextOrNumber(key) : "";
}

/** Reads a host, and the port behind it; "" where there is none. */
export function readHost(reader: ConfigReader, key: string): string {
  reader.guards([key]);
  const host = reader.has(key) ? reader.requiredText(key) : "";
  if (host.length && !isHost(host)) reader.fail(key, HOST_RULE);
  return host;
}

/** Reports a path that `:path` cannot hold, or that does not begin with a slash. */
export function checkPath(reader: ConfigReader, key: string, path: string): void {
  if (path.length && !path.startsWith("/")) reader.fail(key, "must begin with /");
  else if (!isPath(path)) reader.fail(key, PATH_RULE);
}

/** An address behind its scheme. */
export function withoutScheme(url: string): string {
  if (startsWithIgnoringCase(url, HTTPS)) return url.substring(HTTPS.length);
  return startsWithIgnoringCase(url, HTTP) ? url.substring(HTTP.length) : url;
}

/** Whether a text begins so, whatever the case of its letters; the prefix is in small letters. */
export function startsWithIgnoringCase(text: string, prefix: string): bool {
  if (text.length < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) {
    const unit = text.charCodeAt(i);
    const isUpper = <u32>(unit - 0x41) < 26;
    if ((isUpper ? unit | 0x20 : unit) != prefix.charCodeAt(i)) return false;
  }
  return true;
}

/** Whether the text can stand in `:path`: a `#` would begin a fragment, which never goes over the wire. */
function isPath(text: string): bool {
  return isVisible(text) && !text.includes("#");
}
