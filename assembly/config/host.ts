/** Whether a host has a port: `a.example:80`, `[::1]:80`. */
export function hasPort(host: string): bool {
  return host.lastIndexOf(":") > host.lastIndexOf("]");
}

/** Whether the text is a host as in RFC 3986, section 3.2.2, without percent-encoding: `a.example`, `[::1]:8000`. */
export function isHost(text: string): bool {
  const colon = hasPort(text) ? text.lastIndexOf(":") : text.length;
  const name = text.substring(0, colon);
  if (colon < text.length && !isPort(text.substring(colon + 1))) return false;
  const isLiteral = name.startsWith("[") && name.endsWith("]");
  const inner = isLiteral ? name.substring(1, name.length - 1) : name;
  for (let i = 0; i < inner.length; i++) {
    const unit = inner.charCodeAt(i);
    const isName = isLetterOrDigit(unit) || "-._~".includes(inner.charAt(i));
    if (!isName && !(isLiteral && inner.charAt(i) == ":")) return false;
  }
  return inner.length > 0;
}

function isPort(text: string): bool {
  for (let i = 0; i < text.length; i++) if (<u32>(text.charCodeAt(i) - 0x30) > 9) return false;
  return text.length > 0 && text.length < 6 && parseInt(text) < 65_536;
}

function isLetterOrDigit(unit: i32): bool {
  return <u32>(unit - 0x30) < 10 || <u32>((unit | 0x20) - 0x61) < 26;
}
