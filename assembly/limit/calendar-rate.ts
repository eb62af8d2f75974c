import { daysSince1970 } from "../ai/date";
import { ByteBuffer } from "../bytes/buffer";
import { Rate, Unit } from "./rate";
import { UtcOffset } from "./utc-offset";

const DAY: i64 = 86_400;
/** The days of the longest month. */
const MOST_DAYS: i32 = 31;

/** A limit of a calendar day or month, by the clock of a UTC offset. */
export class CalendarRate extends Rate {
  constructor(
    count: i64,
    unit: Unit,
    private readonly isMonth: bool,
    private readonly offset: UtcOffset,
  ) {
    super(count, <i32>DAY * (isMonth ? MOST_DAYS : 1), unit);
  }

  override secondsLeft(time: i64): i32 {
    // A clock that was never set may show 1970.
    const local = max<i64>(time + this.offset.seconds, 0);
    const day = local / DAY;
    return <i32>((this.isMonth ? firstOfNextMonth(day) : day + 1) * DAY - local);
  }

  override writeWindow(out: ByteBuffer): void {
    this.writeUnit(out);
    out.text(this.isMonth ? "month" : "day");
    this.offset.write(out);
  }
}

/** The day, counted from 1970, with which the next month begins. https://howardhinnant.github.io/date_algorithms.html#civil_from_days */
function firstOfNextMonth(day: i64): i64 {
  const shifted = day + 719_468;
  const era = shifted / 146_097;
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  // Years begin in March here: 0 is March, 11 February of the next year.
  const month = (5 * dayOfYear + 2) / 153;
  const year = era * 400 + yearOfEra;
  return month < 9 ? daysSince1970(year, month + 4, 1) : daysSince1970(year + 1, month - 8, 1);
}
