/** Whether a text consists of printable ASCII without blanks. */
export function isVisible(text: string): bool {
  return isPrintable(text) && !text.includes(" ");
}

/** Whether a text consists of printable ASCII and blanks, which a header's value may contain anywhere. */
export function isPrintable(text: string): bool {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e) return false;
  }
  return true;
}

/** The error for a text that is empty or only white space; "" for any other. */
export function blankFault(text: string): string {
  if (!text.length) return "must not be empty";
  return text.trim().length ? "" : "must not be blank";
}

/** The error for a text that cannot be a header's value or a name in the configuration; "" for any other. */
export function edgeFault(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit == 0x7f) return "must not have control characters";
  }
  return text.length == text.trim().length ? "" : "must not begin or end with a space";
}

/** Whether a text can be the name of a header (RFC 9110, section 5.6.2). */
export function isHeaderName(text: string): bool {
  for (let i = 0; i < text.length; i++) {
    const unit = <u32>text.charCodeAt(i);
    if ((unit | 0x20) - 0x61 < 26 || unit - 0x30 < 10) continue;
    if (unit >= 0x7f || !"!#$%&'*+-.^_`|~".includes(text.charAt(i))) return false;
  }
  return text.length > 0;
}
