import { JsonWalker } from "./walker";

/**
 * Some members of a JSON object, each a field of the subclass, which a walker reads in one pass. One instance serves many objects, one after the
 * other. The subclass has no fields but slices and flags.
 */
export abstract class JsonFields {
  /** `end`: the `offsetof` the subclass. */
  constructor(private readonly end: usize) {}

  /** Reads the object that a walker is at; `false`, and behind the value, if it is no object. */
  read(walker: JsonWalker): bool {
    // All fields of the subclass are 0: ABSENT, or false.
    const first = offsetof<JsonFields>();
    memory.fill(changetype<usize>(this) + first, 0, this.end - first);
    if (!walker.enterObject()) {
      walker.value();
      return false;
    }
    while (walker.nextMember()) this.take(walker);
    return true;
  }

  /** Reads the value of the member that the walker is at, also if the member is none of the fields. */
  protected abstract take(walker: JsonWalker): void;
}
