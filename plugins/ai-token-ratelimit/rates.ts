import { exclusive } from "../../assembly/config/exclusive";
import { ConfigReader } from "../../assembly/config/reader";
import { Rate, RateReader, Unit } from "../../assembly/limit/rate";
import { windowRate } from "../../assembly/limit/window-rate";

const PER_SECOND = "token_per_second";
const PER_MINUTE = "token_per_minute";
const PER_HOUR = "token_per_hour";
const PER_DAY = "token_per_day";

/** Lua, in which Redis compares, has whole numbers up to 2^53. */
const MOST: i64 = 1_000_000_000_000_000;

/** The options of a rate: without one of them more requests pass. */
export const RATE_GUARDS: string[] = [PER_SECOND, PER_MINUTE, PER_HOUR, PER_DAY];

/** Reads a number of tokens per second, minute, hour or day. */
export class TokenRates extends RateReader {
  read(reader: ConfigReader): Rate {
    let option = exclusive(reader, PER_SECOND, "");
    option = exclusive(reader, PER_MINUTE, option);
    option = exclusive(reader, PER_HOUR, option);
    option = exclusive(reader, PER_DAY, option);
    return windowRate(reader, option, RATE_GUARDS, MOST, Unit.Tokens);
  }
}
