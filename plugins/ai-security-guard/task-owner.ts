import { Slice } from "../../assembly/bytes/slice";
import { Check } from "./check";
import { CheckSide } from "./checkers/check-piece";
import { Verdict } from "./checkers/verdict";

/** What several checks of a text lead to. */
export const enum Outcome {
  Pass,
  /** The text may go on as at least one check has masked it. */
  Mask,
  Block,
  /** A check has no verdict, and its text passes only with one. */
  Unavailable,
}

/** What a task tells the run that it belongs to. */
export abstract class TaskOwner {
  /** What the last verdict said that was not `Pass`, or the last one. */
  readonly verdict: Verdict = new Verdict();
  /** Whose texts the last run has checked. */
  side: CheckSide = CheckSide.Request;

  /** The id that all calls of the stream share. */
  abstract get session(): Slice;

  /** A check ends the run. */
  abstract settle(check: Check, outcome: Outcome): void;

  /** A check has ended without ending the run. */
  abstract finish(): void;

  /** Notes a check that does not block. */
  abstract annotate(check: Check): void;
}
