import { exclusive } from "../../assembly/config/exclusive";
import { ConfigReader } from "../../assembly/config/reader";
import { Rate, Unit } from "../../assembly/limit/rate";
import { RateReader } from "../../assembly/limit/rate-reader";
import { windowRate } from "../../assembly/limit/window-rate";

const PER_SECOND = "query_per_second";
const PER_MINUTE = "query_per_minute";
const PER_HOUR = "query_per_hour";
const PER_DAY = "query_per_day";

const MOST: i64 = i32.MAX_VALUE;

/** The options of a rate: without one of them more requests pass. */
export const RATE_GUARDS: string[] = [PER_SECOND, PER_MINUTE, PER_HOUR, PER_DAY];

/** Reads a number of requests per second, minute, hour or day. */
export class RequestRates extends RateReader {
  read(reader: ConfigReader): Rate {
    let option = exclusive(reader, PER_SECOND, "");
    option = exclusive(reader, PER_MINUTE, option);
    option = exclusive(reader, PER_HOUR, option);
    option = exclusive(reader, PER_DAY, option);
    return windowRate(reader, option, RATE_GUARDS, MOST, Unit.Requests);
  }
}
