import { Slice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonEquals, jsonNumber } from "../../../assembly/json/value";

/** The decimals that a score is compared with. */
const DECIMALS: i32 = 3;
const ONE: i32 = 1000;

/** No threshold: the service itself says whether it flags a category. */
export const NO_THRESHOLD: i32 = -1;

/** Thresholds by category: scores from 0 to 1 in thousandths, or whole severities. */
export class Thresholds {
  private readonly values: i32[] = [];

  constructor(
    private readonly names: string[],
    private readonly fallback: i32,
  ) {}

  /** Reads the option `key`, which is the threshold of all categories, and `categories`, those of single ones. */
  static readScores(reader: ConfigReader, key: string, names: string[]): Thresholds {
    const all = reader.has(key) ? <i32>reader.decimalOrText(key, ONE, DECIMALS, 1) : NO_THRESHOLD;
    const thresholds = new Thresholds(names, all);
    const section = reader.object("categories");
    if (section) section.guards(names);
    for (let i = 0; i < names.length; i++) {
      const isSet = section !== null && section.has(names[i]);
      thresholds.values.push(isSet ? <i32>section!.decimalOrText(names[i], ONE, DECIMALS, 1) : all);
    }
    return thresholds;
  }

  /** `readScores` for severities from 1 to `most`, with `fallback` without configuration. */
  static readSeverities(reader: ConfigReader, key: string, names: string[], fallback: i32, most: i32): Thresholds {
    const all = <i32>reader.integerOrText(key, fallback, 1, most);
    const thresholds = new Thresholds(names, all);
    const section = reader.object("categories");
    if (section) section.guards(names);
    for (let i = 0; i < names.length; i++) {
      const isSet = section !== null && section.has(names[i]);
      thresholds.values.push(isSet ? <i32>section!.integerOrText(names[i], all, 1, most) : all);
    }
    return thresholds;
  }

  /** The threshold of a category, the token of a name; for one that is not known, that of all. */
  of(category: Slice): i32 {
    for (let i = 0; i < this.names.length; i++) if (jsonEquals(category, this.names[i])) return this.values[i];
    return this.fallback;
  }
}

/** A score, the token of a number, in thousandths; -1 for any other token. */
export function thousandthsOf(score: Slice): i32 {
  const value = jsonNumber(score, -1) * ONE;
  return value >= 0 && value <= <f64>(1000 * ONE) ? <i32>Math.round(value) : -1;
}
