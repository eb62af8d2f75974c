/** Whether a text consists of printable ASCII without blanks. */
export function isVisible(text: string): bool {
  return isPrintable(text) && !text.includes(" ");
}

/** Whether a text consists of printable ASCII, blanks included: what the value of a header may hold anywhere. */
export function isPrintable(text: string): bool {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e) return false;
  }
  return true;
}

/** Why a text says nothing: it is empty, or nothing but white space; "" if it says something. */
export function blankFault(text: string): string {
  if (!text.length) return "must not be empty";
  return text.trim().length ? "" : "must not be blank";
}
