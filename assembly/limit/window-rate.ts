import { ConfigReader } from "../config/reader";
import { Rate, Unit } from "./rate";

const SECONDS: i32[] = [1, 60, 3600, 86400];

/**
 * The rate that an option sets. `options` are the names of the numbers per second, minute, hour and day, in this order; `option` is the
 * one that is set, or empty, which is an error; `most` is the largest number, `unit` what is counted.
 */
export function windowRate(reader: ConfigReader, option: string, options: string[], most: i64, unit: Unit): Rate {
  if (option.length) return new Rate(reader.integerOrText(option, 1, 1, most), SECONDS[options.indexOf(option)], unit);
  reader.refuse(`must limit with one of ${options.join(", ")}`);
  return new Rate(1, 1, unit);
}
