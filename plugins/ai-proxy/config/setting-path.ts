const WILDCARDS = "*?#|@";
const BACKSLASH = 0x5c;

/**
 * The names that lead to a setting, outermost first, with `holder` before them if it is not "". A raw name is a path, its
 * parts separated by dots (`\.` is a dot inside a part).
 */
export function settingPath(name: string, holder: string, isRaw: bool): string[] {
  const path = isRaw ? parts(name) : [name];
  if (holder.length) path.unshift(holder);
  return path;
}

/** Whether a raw name leads to one place: no part is empty or a wildcard. */
export function isPlainPath(name: string): bool {
  for (let i = 0; i < name.length; i++) if (WILDCARDS.includes(name.charAt(i))) return false;
  return !parts(name).includes("");
}

/** Whether the text can be a position in a list. */
export function isPosition(text: string): bool {
  for (let i = 0; i < text.length; i++) if (<u32>(text.charCodeAt(i) - 0x30) > 9) return false;
  return text.length > 0 && text.length < 7;
}

function parts(name: string): string[] {
  const found: string[] = [];
  let part = "";
  for (let i = 0; i < name.length; i++) {
    if (name.charCodeAt(i) == BACKSLASH && i + 1 < name.length) part += name.charAt(++i);
    else if (name.charAt(i) != ".") part += name.charAt(i);
    else {
      found.push(part);
      part = "";
    }
  }
  found.push(part);
  return found;
}
