import { ConfigReader } from "../../assembly/config/reader";
import { leadingDigits, numberOf } from "./duration";
import { Reason } from "./reason";

const LOWEST = 400;
const COUNT = 200;
const DEFAULT = ["429", "5xx", "529", "connect-failure", "reset", "timeout", "stream-error", "token-limit"];
const OPTION = "on";
const ALLOWED =
  "must be a status from 400 to 599, 4xx, 5xx, connect-failure, reset, timeout, stream-error, token-limit or context-length";

/** The failures after which the next target is tried: the option `on`. */
export class Conditions {
  private readonly statuses: StaticArray<bool> = new StaticArray<bool>(COUNT);
  private readonly reasons: StaticArray<bool> = new StaticArray<bool>(Reason.Count);

  /** Reads the option. */
  static read(reader: ConfigReader, inherited: Conditions | null): Conditions {
    if (inherited && !reader.has(OPTION)) return inherited;
    const conditions = new Conditions();
    reader.refuseEmptyList(OPTION);
    const words = reader.has(OPTION) ? reader.textsOrNumbers(OPTION) : DEFAULT;
    for (let i = 0; i < words.length; i++) {
      if (!conditions.add(words[i])) reader.fail(`${OPTION}[${i}]`, ALLOWED);
    }
    return conditions;
  }

  /** Whether a response with this status is a failure. */
  hasStatus(status: i32): bool {
    return status >= LOWEST && status < LOWEST + COUNT && this.statuses[status - LOWEST];
  }

  /** Whether this reason is one. */
  has(reason: Reason): bool {
    return this.reasons[reason];
  }

  /** Whether one of them is found in a body only. */
  get needsBody(): bool {
    return this.has(Reason.StreamError) || this.has(Reason.ContextLength);
  }

  private add(word: string): bool {
    if (word == "4xx") return this.addStatuses(400, 500);
    if (word == "5xx") return this.addStatuses(500, 600);
    if (word == "connect-failure") return this.addReason(Reason.ConnectFailure);
    if (word == "reset") return this.addReason(Reason.Reset);
    if (word == "timeout") return this.addReason(Reason.Timeout);
    if (word == "stream-error") return this.addReason(Reason.StreamError);
    if (word == "token-limit") return this.addReason(Reason.TokenLimit);
    if (word == "context-length") return this.addReason(Reason.ContextLength);
    if (word.length != 3 || leadingDigits(word) != 3) return false;
    const status = <i32>numberOf(word, 3);
    return this.addStatuses(status, status + 1);
  }

  private addReason(reason: Reason): bool {
    this.reasons[reason] = true;
    return true;
  }

  private addStatuses(from: i32, to: i32): bool {
    if (from < LOWEST || to > LOWEST + COUNT) return false;
    for (let status = from; status < to; status++) this.statuses[status - LOWEST] = true;
    return true;
  }
}
