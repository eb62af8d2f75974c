import { Pattern } from "../../assembly/pattern/pattern";
import { Check } from "./checksums";

/** What becomes of a match. */
export const enum Action {
  /** The template takes its place. */
  Replace,
  /** Its HMAC takes its place. */
  Hash,
  /** A numbered token takes its place, and the response gets the text back. */
  Token,
  /** The request or response is refused. */
  Deny,
  /** A token of the request: its text takes its place. */
  Restore,
}

/** A rule for texts of one direction. */
export class MaskRule {
  constructor(
    readonly pattern: string,
    readonly action: Action,
    readonly check: Check,
    /** The replacement, UTF-8. */
    readonly template: ArrayBuffer,
    /** Finds the groups that the template refers to; `null` if it refers to none. */
    readonly groups: Pattern | null,
  ) {}
}
