import { ByteBuffer } from "../bytes/buffer";

/** What a limit counts. */
export const enum Unit {
  Requests,
  Tokens,
  /** Money, in 10^-9 of the currency of the prices. */
  Cost,
}

/** A limit of a time window that begins with the first count. */
export class Rate {
  constructor(
    /** What the window holds, in `unit`. */
    readonly count: i64,
    /** The length of the window in seconds: the longest one, if the length depends on the calendar. */
    readonly seconds: i32,
    /** What is counted. */
    readonly unit: Unit,
  ) {}

  /** The seconds, at least 1, until a window ends that begins at this time (Unix time in seconds). */
  secondsLeft(time: i64): i32 {
    return this.seconds;
  }

  /** Appends the name of the window in the key of a counter. Limits with different windows or units have different counters. */
  writeWindow(out: ByteBuffer): void {
    this.writeUnit(out);
    out.integer(this.seconds);
  }

  /** Appends what keeps costs and counts apart. */
  protected writeUnit(out: ByteBuffer): void {
    if (this.unit == Unit.Cost) out.text("cost-");
  }
}
