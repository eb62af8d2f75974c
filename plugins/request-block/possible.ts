import { asciiLowerCase } from "../../assembly/bytes/lower-case";
import { isHeaderName } from "../../assembly/config/printable";
import { ConfigReader } from "../../assembly/config/reader";

// A text that can never be found would silently block nothing.

/** Headers of one word whose names are often written with a capital letter. */
const ONE_WORD = ["Accept", "Authorization", "Cookie", "Forwarded", "Host", "Origin", "Range", "Referer", "Te", "Via"];

/** Refuses texts that no URL can contain: white space, and `#`, since Envoy removes fragments. */
export function checkUrls(reader: ConfigReader, key: string, texts: string[], normalizes: bool): void {
  // A percent-decoded URL may contain all of them.
  if (normalizes) return;
  for (let i = 0; i < texts.length; i++) {
    if (!hasAny(texts[i], true)) continue;
    const others = "set normalize_path, or write them with percent signs";
    reader.fail(`${key}[${i}]`, `has spaces, control characters or a #, which no URL has: ${others}`);
  }
}

/**
 * Removes the regular expressions from a list of exact paths, each with a warning: Higress's README has `.*swagger.*` there,
 * where it would block nothing.
 */
export function takeExpressions(reader: ConfigReader, texts: string[]): string[] {
  const expressions: string[] = [];
  for (let i = 0; i < texts.length; i++) {
    if (!texts[i].startsWith(".*")) continue;
    reader.warn(`block_exact_urls[${i}]`, "is taken for a regular expression: block_regexp_urls is the place for it");
    expressions.push(texts[i]);
    texts[i] = "";
  }
  return expressions;
}

/**
 * Warns about expressions that match no path: an expression must match the whole path, and every path begins with `/`. Only
 * those that begin with a letter or a digit are found.
 */
export function checkExpressions(reader: ConfigReader, texts: string[]): void {
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i];
    const isWord = text.length > 0 && isLetterOrDigit(text.charCodeAt(0));
    const isOptional = text.length > 1 && "*?{".includes(text.charAt(1));
    if (!isWord || isOptional || text.includes("|")) continue;
    reader.warn(`block_regexp_urls[${i}]`, `matches no path, since every path begins with /: write .*${text}.*`);
  }
}

/** Refuses texts that are not a path. */
export function checkExactUrls(reader: ConfigReader, texts: string[], normalizes: bool): void {
  checkUrls(reader, "block_exact_urls", texts, normalizes);
  for (let i = 0; i < texts.length; i++) {
    const isPath = texts[i].startsWith("/") || texts[i] == "*";
    if (!isPath && texts[i].length) reader.fail(`block_exact_urls[${i}]`, "must begin with /, as every path does");
  }
}

/** Refuses texts that no header can contain, and warns about names with capitals: header names are in lower case. */
export function checkHeaders(reader: ConfigReader, texts: string[], isCaseSensitive: bool): void {
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i];
    const key = `block_headers[${i}]`;
    const colon = text.indexOf(": ");
    if (hasAny(text, false)) reader.fail(key, "has control characters, which no header has");
    else if (colon > 0 && isHeaderName(text.substring(0, colon))) {
      reader.fail(key, "must not have a colon behind a name: write the value alone, or name, line end, value (a\\nb)");
    } else if (isCaseSensitive && isCapitalized(text)) {
      const lower = asciiLowerCase(text);
      reader.warn(key, `is found in values only: names are in lower case; write ${lower}, or case_sensitive: false`);
    }
  }
}

/** Whether the text has a control character that no header can contain or, `inUrl`, a character that no URL can contain. */
function hasAny(text: string, inUrl: bool): bool {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit == 0x7f || (unit < 0x20 && (inUrl || (unit != 0x0a && unit != 0x09)))) return true;
    if (inUrl && (unit == 0x20 || unit == 0x23)) return true;
  }
  return false;
}

function isLetterOrDigit(unit: u32): bool {
  return unit - 0x30 < 10 || (unit | 0x20) - 0x61 < 26;
}

/** Whether the text looks like the name of a header with capitals: `X-Forwarded-For`. */
function isCapitalized(text: string): bool {
  if (!isHeaderName(text)) return false;
  const words = text.split("-");
  if (words.length == 1) return ONE_WORD.includes(text);
  for (let i = 0; i < words.length; i++) {
    const unit = words[i].length ? words[i].charCodeAt(0) : 0;
    if (unit < 0x41 || unit > 0x5a) return false;
  }
  return true;
}
