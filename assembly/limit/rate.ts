import { ConfigReader } from "../config/reader";

/** A limit of a time window that begins with the first count. */
export class Rate {
  constructor(
    /** What the window holds. */
    readonly count: i64,
    /** The length of the window in seconds. */
    readonly seconds: i32,
  ) {}
}

/** Reads the rate of a limit, whose options each plugin names by what it counts. */
export abstract class RateReader {
  /** Reads the one rate of an object, and refuses the object if there is none. */
  abstract read(reader: ConfigReader): Rate;
}
