import { asciiLowerCase } from "../../assembly/bytes/lower-case";
import { isHost } from "../../assembly/config/host";
import { isVisible } from "../../assembly/config/printable";

/** The `:authority` and `:path` of the call. */
export class CompletionUrl {
  constructor(
    readonly host: string,
    readonly path: string,
  ) {}

  /** Reads `host/path`, with or without `http://` or `https://`; `null` if there is no host, no path, or anything odd. */
  static parse(text: string): CompletionUrl | null {
    const scheme = text.indexOf("://");
    if (scheme >= 0 && !isHttp(text.substring(0, scheme))) return null;
    const rest = scheme < 0 ? text : text.substring(scheme + 3);
    const slash = rest.indexOf("/");
    if (slash < 1) return null;
    const host = rest.substring(0, slash);
    const path = rest.substring(slash);
    return isHost(host) && isVisible(path) && !path.includes("#") ? new CompletionUrl(host, path) : null;
  }
}

function isHttp(scheme: string): bool {
  const name = asciiLowerCase(scheme);
  return name == "http" || name == "https";
}
