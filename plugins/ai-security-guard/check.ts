import { PromptRole } from "../../assembly/ai/prompt/role";
import { Checker } from "./checkers/checker";

/** What happens to a text that a checker blocks. */
export const enum CheckAction {
  /** The request or response is refused. */
  Block,
  /** It is replaced with what the checker has masked, or refused if the checker masks nothing. */
  Mask,
  /** It passes; a counter and the log have it. */
  Alert,
  /** It passes, and a header of the response tells the client. */
  Annotate,
}

/** One check of requests or responses by one service. */
export class Check {
  /** The name, for logs, metrics and the header of `annotate`. */
  name: string = "";
  checksRequest: bool = false;
  checksResponse: bool = false;
  /** Whether the images of a request are checked. */
  checksImages: bool = false;
  /** The roles whose texts are checked, one bit each. */
  roles: u32 = u32.MAX_VALUE;
  /** Whether all messages are checked, and not only the last ones. */
  checksAll: bool = false;
  action: CheckAction = CheckAction.Block;
  /** Whether a text passes only with a verdict. */
  blocksOnError: bool = false;
  timeoutMilliseconds: i32 = 2000;
  /** Whether a failure of the service was logged. */
  hasWarned: bool = false;

  constructor(readonly checker: Checker) {}

  /** Whether the texts of a role are checked. A role that no protocol has is checked in any case. */
  checksRole(role: PromptRole): bool {
    return role == PromptRole.Unknown || (this.roles & (1 << role)) != 0;
  }
}
