import { ConfigReader } from "../../../assembly/config/reader";

/** How the texts of streams are checked. */
export class StreamSettings {
  /** The characters after which a check is made. */
  window: i32 = 1000;
  /** The characters before them that are checked again, for what lies across two windows. */
  overlap: i32 = 100;
  /** Milliseconds after which a check is made of fewer characters. */
  holdTime: i32 = 3000;
  /** The most bytes of events that wait; a stream with more is refused. */
  holdBytes: i32 = 262144;

  /** Reads the options. */
  static read(reader: ConfigReader): StreamSettings {
    const settings = new StreamSettings();
    settings.window = <i32>reader.integerOrText("bufferLimit", 1000, 1, 100_000);
    settings.overlap = <i32>reader.integer("overlap", 100, 0, 10_000);
    settings.holdTime = <i32>reader.integer("max_hold_ms", 3000, 10, 600_000);
    settings.holdBytes = <i32>reader.integer("max_hold_bytes", 262_144, 4096, 1_048_576);
    return settings;
  }
}
