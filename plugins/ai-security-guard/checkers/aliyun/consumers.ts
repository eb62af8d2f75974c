import { Slice, sliceOfBuffer, slicesEqual, sliceSize, subslice } from "../../../../assembly/bytes/slice";
import { ConfigReader } from "../../../../assembly/config/reader";
import { PatternError } from "../../../../assembly/pattern/error";
import { PatternFlags } from "../../../../assembly/pattern/flags";
import { Pattern } from "../../../../assembly/pattern/pattern";
import { AliyunSettings } from "./settings";

const MATCHES = ["exact", "prefix", "regexp"];
const EXACT = 0;
const REGEXP = 2;

/** A consumer, or several, and what differs for them. */
export class ConsumerItem {
  private pattern: Pattern | null = null;
  private readonly name: ArrayBuffer;
  private readonly isExact: bool;

  /** Reads `name` and `matchType`, which are required. */
  constructor(
    reader: ConfigReader,
    readonly settings: AliyunSettings,
  ) {
    const name = reader.requiredTextOrNumber("name");
    if (!reader.has("matchType")) reader.fail("matchType", `is required: write one of ${MATCHES.join(", ")}`);
    const match = reader.choice("matchType", MATCHES, EXACT);
    this.name = String.UTF8.encode(name);
    this.isExact = match == EXACT;
    if (match == REGEXP) this.pattern = compile(reader, name);
  }

  private matches(consumer: Slice): bool {
    const pattern = this.pattern;
    if (pattern) return pattern.search(consumer);
    const name = sliceOfBuffer(this.name);
    return slicesEqual(this.isExact ? consumer : subslice(consumer, 0, sliceSize(name)), name);
  }

  /** The first item of a list whose name is the consumer's; `null` if there is none. */
  static find(items: ConsumerItem[], consumer: Slice): ConsumerItem | null {
    for (let i = 0; i < items.length; i++) if (items[i].matches(consumer)) return items[i];
    return null;
  }
}

function compile(reader: ConfigReader, name: string): Pattern | null {
  const error = new PatternError();
  const pattern = Pattern.compile(name, PatternFlags.None, error);
  if (!pattern) reader.fail("name", `is not supported: ${error.message}`);
  return pattern;
}
