import { Slice } from "../bytes/slice";

/** What a value is. */
export const enum ValueKind {
  /** `null`, of which no text is passed. */
  Nothing,
  /** A string, passed as UTF-8 without escapes. */
  Text,
  /** A number, `true` or `false`, passed as it is written. */
  Scalar,
  /** An object or an array, passed as it is written. */
  Json,
}

/** Takes the values that a `PathScanner` finds. `path` is the position in its list of paths. */
export class PathSink {
  /** A value begins. */
  beginValue(path: i32, kind: ValueKind): void {}
  /** A piece of the value; valid until the call returns. */
  addText(path: i32, piece: Slice): void {}
  /** The value has ended. */
  endValue(path: i32): void {}
  /** An element comes behind the one that was the last so far: its values do not count. */
  forget(path: i32): void {}
}
