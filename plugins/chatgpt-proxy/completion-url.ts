import { asciiLowerCase } from "../../assembly/bytes/lower-case";
import { isVisible } from "../../assembly/config/printable";

/** Where completions are asked for: what stands in `:authority` and `:path` of the call. */
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

/** Whether only what names, numbers and ports consist of stands there: no user, no query. */
function isHost(host: string): bool {
  for (let i = 0; i < host.length; i++) {
    const unit = <u32>host.charCodeAt(i);
    const isWord = (unit | 0x20) - 0x61 < 26 || unit - 0x30 < 10;
    if (!isWord && !"-._:[]".includes(host.charAt(i))) return false;
  }
  return true;
}
