import { ByteBuffer } from "../bytes/buffer";
import { ConfigReader } from "../config/reader";

/** Minutes: no place on Earth is further behind, or ahead. https://www.iana.org/time-zones */
const MOST_BEHIND: i32 = 12 * 60;
const MOST_AHEAD: i32 = 14 * 60;

/** A fixed distance of local time from UTC, as in `+08:00`. Summer time is not applied. */
export class UtcOffset {
  constructor(private readonly minutes: i32) {}

  /** Reads an option, which is `fallback` if it is not set. */
  static read(reader: ConfigReader, option: string, fallback: UtcOffset): UtcOffset {
    const text = reader.text(option, "+00:00");
    if (!reader.has(option)) return fallback;
    const minutes = minutesOf(text);
    if (minutes >= -MOST_BEHIND && minutes <= MOST_AHEAD) return new UtcOffset(minutes);
    reader.fail(option, "must be from -12:00 to +14:00, like +08:00");
    return fallback;
  }

  /** How many seconds local time is ahead of UTC. */
  get seconds(): i64 {
    return 60 * this.minutes;
  }

  /** Appends it as `+08:00`. */
  write(out: ByteBuffer): void {
    out.byte(this.minutes < 0 ? 0x2d : 0x2b);
    const size = abs(this.minutes);
    writeTwo(size / 60, out);
    writeTwo(size % 60, out.byte(0x3a));
  }
}

function writeTwo(number: i32, out: ByteBuffer): void {
  out.byte(0x30 + number / 10).byte(0x30 + (number % 10));
}

/** The minutes of a text like `+08:00`; a number out of every range for any other text. */
function minutesOf(text: string): i32 {
  const sign = text.charAt(0);
  const isOffset = text.length == 6 && (sign == "+" || sign == "-") && text.charAt(3) == ":";
  const hours = isOffset ? twoDigits(text, 1) : -1;
  const minutes = isOffset ? twoDigits(text, 4) : -1;
  if (hours < 0 || minutes < 0 || minutes > 59) return i32.MAX_VALUE;
  return (60 * hours + minutes) * (sign == "-" ? -1 : 1);
}

function twoDigits(text: string, at: i32): i32 {
  const tens = <u32>text.charCodeAt(at) - 0x30;
  const ones = <u32>text.charCodeAt(at + 1) - 0x30;
  return tens < 10 && ones < 10 ? <i32>(10 * tens + ones) : -1;
}
