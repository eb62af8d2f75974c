import { Slice, sliceOfBuffer, sliceSize } from "../bytes/slice";
import { TextTable } from "../bytes/text-table";

/** The longest value that is named, in bytes. */
export const LONGEST_VALUE: i32 = 256;

const OTHER = String.UTF8.encode("other");

/** The value of a label that names nothing: what is not known well enough, or comes after the limit. */
export function otherValue(): Slice {
  return sliceOfBuffer(OTHER);
}

/** The values of a label: the first ones are named, each further one is `other`. Envoy never removes a metric. */
export class LabelValues {
  private readonly named: TextTable = new TextTable();

  constructor(private readonly limit: i32) {}

  /** The value to show for `value`, which is named from now on if the limit allows it. */
  of(value: Slice): Slice {
    if (this.has(value)) return value;
    if (this.named.count >= this.limit || sliceSize(value) > LONGEST_VALUE) return otherValue();
    this.named.add(value);
    return value;
  }

  /** The value to show for `value`, if it was named before; else `other`. */
  known(value: Slice): Slice {
    return this.has(value) ? value : otherValue();
  }

  private has(value: Slice): bool {
    return this.named.find(value) >= 0;
  }
}
