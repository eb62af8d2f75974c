import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ConfigReader } from "../../../assembly/config/reader";
import { ConfigReport } from "../../../assembly/config/report";
import { parseRfc3339 } from "../../../assembly/ai/date";
import { CalendarRate } from "../../../assembly/limit/calendar-rate";
import { Rate, Unit } from "../../../assembly/limit/rate";
import { UtcOffset } from "../../../assembly/limit/utc-offset";
import { utf8, written } from "../assembly/slices";

const DAY: i64 = 86_400;
const buffer = new ByteBuffer();

function month(minutes: i32): Rate {
  return new CalendarRate(1, Unit.Cost, true, new UtcOffset(minutes));
}

function day(minutes: i32): Rate {
  return new CalendarRate(1, Unit.Tokens, false, new UtcOffset(minutes));
}

function at(time: string): i64 {
  return parseRfc3339(utf8(time)) / 1000;
}

function windowOf(rate: Rate): string {
  rate.writeWindow(buffer);
  return written(buffer);
}

/** An independent count: the days of each month, one after the other. */
function lengthOf(year: i32, month: i32): i32 {
  if (month == 2) return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

describe("a calendar window", () => {
  test("ends at the next local midnight", () => {
    expect(day(0).secondsLeft(at("2026-03-01T00:00:00Z"))).toBe(<i32>DAY);
    expect(day(0).secondsLeft(at("2026-03-01T23:59:59Z"))).toBe(1);
    expect(day(8 * 60).secondsLeft(at("2026-03-01T15:59:59Z"))).toBe(1);
    expect(day(8 * 60).secondsLeft(at("2026-03-01T16:00:00Z"))).toBe(<i32>DAY);
    expect(day(-12 * 60).secondsLeft(at("2026-03-01T12:00:00Z"))).toBe(<i32>DAY);
    expect(day(14 * 60).secondsLeft(at("2026-03-01T09:59:58Z"))).toBe(2);
    expect(day(5 * 60 + 45).secondsLeft(at("2026-03-01T18:14:59Z"))).toBe(1);
  });

  test("ends with the local month", () => {
    expect(month(0).secondsLeft(at("2028-02-28T23:59:59Z"))).toBe(<i32>DAY + 1);
    expect(month(0).secondsLeft(at("2027-02-28T23:59:59Z"))).toBe(1);
    expect(month(0).secondsLeft(at("2026-12-31T23:59:59Z"))).toBe(1);
    expect(month(0).secondsLeft(at("2027-01-01T00:00:00Z"))).toBe(<i32>(31 * DAY));
    expect(month(8 * 60).secondsLeft(at("2026-12-31T15:59:59Z"))).toBe(1);
    expect(month(8 * 60).secondsLeft(at("2026-12-31T16:00:00Z"))).toBe(<i32>(31 * DAY));
    expect(month(-12 * 60).secondsLeft(at("2027-01-01T11:59:59Z"))).toBe(1);
  });

  test("has the right length in every month of four centuries", () => {
    let first: i64 = 0;
    let wrong = 0;
    for (let year = 1970; year < 2401; year++) {
      for (let m = 1; m <= 12; m++) {
        const days = lengthOf(year, m);
        for (let d = 0; d < days; d++) {
          const left = month(0).secondsLeft((first + d) * DAY + 1);
          if (left != <i32>((days - d) * DAY - 1)) wrong++;
        }
        first += days;
      }
    }
    expect(wrong).toBe(0);
    expect(first * DAY).toBe(at("2401-01-01T00:00:00Z"));
  });

  test("is never empty, nor longer than `seconds`, whatever the clock shows", () => {
    const times: i64[] = [i32.MIN_VALUE, -1, 0, 1, at("9999-12-31T23:59:59Z"), u64.MAX_VALUE / 1_000_000_000];
    for (let i = 0; i < times.length; i++) {
      for (let offset = -720; offset <= 840; offset += 15) {
        expect(day(offset).secondsLeft(times[i])).toBeGreaterThan(0);
        expect(month(offset).secondsLeft(times[i])).toBeGreaterThan(0);
        expect(day(offset).secondsLeft(times[i])).toBeLessThanOrEqual(day(offset).seconds);
        expect(month(offset).secondsLeft(times[i])).toBeLessThanOrEqual(month(offset).seconds);
      }
    }
  });

  test("has another name than every fixed one, than that of another offset, and for costs", () => {
    expect(windowOf(month(480))).toBe("cost-month+08:00");
    expect(windowOf(day(0))).toBe("day+00:00");
    expect(windowOf(day(-210))).toBe("day-03:30");
    expect(windowOf(new Rate(1, 86_400, Unit.Tokens))).toBe("86400");
    expect(windowOf(new Rate(1, 86_400, Unit.Cost))).toBe("cost-86400");
  });
});

function offsetOf(text: string): string {
  const report = new ConfigReport();
  const offset = UtcOffset.read(new ConfigReader(utf8(`{"o":${text}}`), "$", report), "o", new UtcOffset(7));
  offset.write(buffer);
  return written(buffer) + report.errors.join("; ");
}

describe("a UTC offset", () => {
  test("is read from -12:00 to +14:00", () => {
    expect(offsetOf('"+08:00"')).toBe("+08:00");
    expect(offsetOf('"-12:00"')).toBe("-12:00");
    expect(offsetOf('"+14:00"')).toBe("+14:00");
    expect(offsetOf('"+05:45"')).toBe("+05:45");
    expect(offsetOf('"-00:30"')).toBe("-00:30");
    expect(offsetOf('"-00:00"')).toBe("+00:00");
  });

  test("is refused as anything else", () => {
    const wrong = [
      '"-12:01"',
      '"+14:01"',
      '"+8:00"',
      '"08:00"',
      '"+08:60"',
      '"+0800"',
      '"Z"',
      '""',
      '"+0x:00"',
      '"+99:99"',
      '"Asia/Shanghai"',
    ];
    for (let i = 0; i < wrong.length; i++)
      expect(offsetOf(wrong[i])).toBe("+00:07$.o must be from -12:00 to +14:00, like +08:00", wrong[i]);
    expect(offsetOf("8")).toBe("+00:00$.o must be a string");
  });
});
