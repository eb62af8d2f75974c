const COLON = 0x3a;

/** Why a pattern of `_match_domain_` can match no request; "" if it can. */
export function domainFault(pattern: string): string {
  if (pattern.includes("://")) return "must be a host without a scheme: example.com";
  if (pattern.includes("/")) return "must be a host without a path: example.com";
  const star = pattern.indexOf("*");
  const isAtEnd = star == pattern.length - 1;
  if (star != pattern.lastIndexOf("*") || (star > 0 && !isAtEnd))
    return "must have one * at most, at its beginning or end";
  for (let i = 0; i < pattern.length; i++) if (!isOfAuthority(pattern.charCodeAt(i))) return UNUSUAL;
  return hasPort(pattern) ? "must be a host without a port, which does not count: example.com, or [::1]" : "";
}

const UNUSUAL = "must hold what a host can hold: ASCII letters, digits, dots; names in other letters as xn--...";

/** Whether a character can be part of a host (RFC 3986, section 3.2.2) or is a star. */
function isOfAuthority(unit: u32): bool {
  if ((unit | 0x20) - 0x61 < 26 || unit - 0x30 < 10) return true;
  return unit > 0x20 && unit < 0x7f && "-._~!$&'()*+,;=%[]:".includes(String.fromCharCode(unit));
}

/** Whether there is a colon outside of brackets, which an IPv6 address has. */
function hasPort(pattern: string): bool {
  let isInside = false;
  for (let i = 0; i < pattern.length; i++) {
    const unit = pattern.charCodeAt(i);
    if (unit == 0x5b) isInside = true;
    else if (unit == 0x5d) isInside = false;
    else if (unit == COLON && !isInside) return true;
  }
  return false;
}
