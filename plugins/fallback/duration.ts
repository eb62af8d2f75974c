import { ConfigReader } from "../../assembly/config/reader";

const MOST_DIGITS = 9;

/** Reads a duration such as `30s`, `500ms`, `2m` or `1h`, in milliseconds. */
export function readDuration(reader: ConfigReader, key: string, fallback: i64, least: i64, most: i64): i64 {
  if (!reader.has(key)) return fallback;
  const text = reader.text(key);
  const digits = leadingDigits(text);
  const unit = unitOf(text.substring(digits));
  if (digits == 0 || digits > MOST_DIGITS || unit == 0) {
    if (!reader.failed || text.length) reader.fail(key, "must be a duration such as 30s, 500ms or 2m");
    return fallback;
  }
  const milliseconds = numberOf(text, digits) * unit;
  if (milliseconds < least) reader.fail(key, `must be at least ${least}ms`);
  else if (milliseconds > most) reader.fail(key, `must be at most ${most}ms`);
  return milliseconds;
}

/** The number of the first `digits` characters, which are digits. */
export function numberOf(text: string, digits: i32): i64 {
  let number: i64 = 0;
  for (let i = 0; i < digits; i++) number = 10 * number + <i64>(text.charCodeAt(i) - 0x30);
  return number;
}

/** How many digits the text begins with. */
export function leadingDigits(text: string): i32 {
  let count = 0;
  while (count < text.length && text.charCodeAt(count) - 0x30 < 10 && text.charCodeAt(count) >= 0x30) count++;
  return count;
}

/** Milliseconds of a unit; 0 if it is none. */
function unitOf(text: string): i64 {
  if (text == "ms") return 1;
  if (text == "s") return 1000;
  if (text == "m") return 60_000;
  return text == "h" ? 3_600_000 : 0;
}
