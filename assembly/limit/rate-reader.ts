import { ConfigReader } from "../config/reader";
import { Rate } from "./rate";

/** Reads the rate of a limit, whose options each plugin names by what it counts. */
export abstract class RateReader {
  /** Reads the one rate of an object, and refuses the object if there is none. */
  abstract read(reader: ConfigReader): Rate;
}
