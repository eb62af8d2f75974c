import { MONEY_DECIMALS, MONEY_UNIT } from "../../assembly/ai/prices/money";
import { exclusive } from "../../assembly/config/exclusive";
import { ConfigReader } from "../../assembly/config/reader";
import { CalendarRate } from "../../assembly/limit/calendar-rate";
import { Rate, Unit } from "../../assembly/limit/rate";
import { RateReader } from "../../assembly/limit/rate-reader";
import { UtcOffset } from "../../assembly/limit/utc-offset";

const TOKENS_PER_SECOND = "token_per_second";
const TOKENS_PER_MINUTE = "token_per_minute";
const TOKENS_PER_HOUR = "token_per_hour";
const TOKENS_PER_DAY = "token_per_day";
const TOKENS_PER_MONTH = "token_per_month";
const COST_PER_HOUR = "cost_per_hour";
const COST_PER_DAY = "cost_per_day";
const COST_PER_MONTH = "cost_per_month";

const MONTH: i32 = 0;

/** The options of a rate: without one of them more requests pass. */
const RATES: string[] = [
  TOKENS_PER_SECOND,
  TOKENS_PER_MINUTE,
  TOKENS_PER_HOUR,
  TOKENS_PER_DAY,
  TOKENS_PER_MONTH,
  COST_PER_HOUR,
  COST_PER_DAY,
  COST_PER_MONTH,
];
const DAY: i32 = 86_400;
/** The length of a window for each of them. */
const SECONDS: i32[] = [1, 60, 3600, DAY, MONTH, 3600, DAY, MONTH];

/** The options of a rate and of its window. */
export const RATE_GUARDS: string[] = RATES.concat(["window", "utc_offset"]);

/** Lua, in which Redis compares, has whole numbers up to 2^53. */
const MOST_TOKENS: i64 = 1_000_000_000_000_000;
/** The highest cost: of larger ones Lua would ignore more than 10^-7 of the currency. */
const MOST_COST: i64 = 1_000_000_000;

const WINDOWS: string[] = ["fixed", "calendar"];
const CALENDAR: i32 = 1;

/** Reads a number of tokens or a cost per window. */
export class TokenRates extends RateReader {
  /** Whether a limit that was read counts costs. */
  hasCost: bool = false;
  /** Whether a limit that was read has a window of the calendar. */
  hasCalendar: bool = false;

  /** `offset` is that of the calendar windows that set none. */
  constructor(private readonly offset: UtcOffset) {
    super();
  }

  read(reader: ConfigReader): Rate {
    let option = exclusive(reader, TOKENS_PER_SECOND, "");
    option = exclusive(reader, TOKENS_PER_MINUTE, option);
    option = exclusive(reader, TOKENS_PER_HOUR, option);
    option = exclusive(reader, TOKENS_PER_DAY, option);
    option = exclusive(reader, TOKENS_PER_MONTH, option);
    option = exclusive(reader, COST_PER_HOUR, option);
    option = exclusive(reader, COST_PER_DAY, option);
    option = exclusive(reader, COST_PER_MONTH, option);
    const seconds = option.length ? SECONDS[RATES.indexOf(option)] : 1;
    const isCalendar = this.readsCalendar(reader, seconds);
    const offset = UtcOffset.read(reader, "utc_offset", this.offset);
    if (!isCalendar && reader.has("utc_offset")) reader.fail("utc_offset", "has no effect without window: calendar");
    if (!option.length) reader.refuse(`must limit with one of ${RATES.join(", ")}`);
    const isCost = option.startsWith("cost_");
    const unit = isCost ? Unit.Cost : Unit.Tokens;
    const count = isCost ? this.readCost(reader, option) : reader.integerOrText(option, 1, 1, MOST_TOKENS);
    return isCalendar ? new CalendarRate(count, unit, seconds == MONTH, offset) : new Rate(count, seconds, unit);
  }

  private readCost(reader: ConfigReader, option: string): i64 {
    this.hasCost = true;
    const cost = reader.decimalOrText(option, MONEY_UNIT, MONEY_DECIMALS, MOST_COST);
    if (!cost) reader.fail(option, "must be more than 0");
    return cost;
  }

  private readsCalendar(reader: ConfigReader, seconds: i32): bool {
    const isCalendar = reader.choice("window", WINDOWS, seconds == MONTH ? CALENDAR : 0) == CALENDAR;
    if (isCalendar) this.hasCalendar = true;
    if (isCalendar && seconds != MONTH && seconds != DAY)
      reader.fail("window", "must be fixed: only days and months are in a calendar");
    if (!isCalendar && seconds == MONTH) reader.fail("window", "must be calendar for a month");
    return isCalendar;
  }
}
