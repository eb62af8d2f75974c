import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ConfigReader } from "../../../assembly/config/reader";
import { Pattern, PatternError, PatternFlags } from "../../../assembly/pattern/pattern";

/** The error statuses that a set may hold. */
const FIRST = 400;
const LAST = 599;
const MOST_PATTERNS = 16;
const LONGEST_PATTERN = 64;
/** Bytes of one compiled pattern. */
const MOST_PATTERN_BYTES = 1_024;

const text = new ByteBuffer();

/** The error statuses (400 to 599) that a list of regular expressions matches, each of them anywhere in the status. */
export class StatusSet {
  private readonly statuses: StaticArray<bool> = new StaticArray<bool>(LAST - FIRST + 1);

  /** Reads the list; `null` if there is none. A number in it is a status. */
  static read(reader: ConfigReader, list: string): StatusSet | null {
    if (!reader.has(list)) return null;
    reader.refuseEmptyList(list);
    const patterns = reader.textsOrNumbers(list);
    const set = new StatusSet();
    if (patterns.length > MOST_PATTERNS) reader.fail(list, `must have at most ${MOST_PATTERNS} entries`);
    for (let i = 0; i < patterns.length && i < MOST_PATTERNS; i++) {
      const reason = set.add(patterns[i]);
      if (reason.length) reader.fail(`${list}[${i}]`, reason);
    }
    return set;
  }

  /** Whether the set holds the status. */
  has(status: i32): bool {
    return status >= FIRST && status <= LAST && this.statuses[status - FIRST];
  }

  /** Whether it holds a status of errors that clients cause. */
  get includesClients(): bool {
    return this.has(400) || this.has(404) || this.has(413) || this.has(422);
  }

  /** Adds the statuses that the expression matches; returns what is wrong with it, or "". */
  private add(expression: string): string {
    if (!expression.trim().length) return "";
    if (expression.length > LONGEST_PATTERN) return `must have at most ${LONGEST_PATTERN} characters`;
    const error = new PatternError();
    const pattern = Pattern.compile(expression, PatternFlags.None, error);
    if (pattern === null) return `is not supported: ${error.message}`;
    if (pattern.size > MOST_PATTERN_BYTES) return "is too large";
    let isUsed = false;
    for (let status = FIRST; status <= LAST; status++) {
      text.clear();
      if (!pattern.search(text.integer(status).slice)) continue;
      this.statuses[status - FIRST] = true;
      isUsed = true;
    }
    return isUsed ? "" : `matches no status from ${FIRST} to ${LAST}`;
  }
}
