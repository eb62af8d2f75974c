import { JsonWalker } from "./walker";

/**
 * Some members of a JSON object, each a field of the subclass, which a walker reads in one pass. One instance serves many objects, one after the
 * other.
 */
export abstract class JsonFields {
  /** Reads the object that a walker is at; `false`, and behind the value, if it is no object. */
  read(walker: JsonWalker): bool {
    this.clear();
    if (!walker.enterObject()) {
      walker.value();
      return false;
    }
    while (walker.nextMember()) this.take(walker);
    return true;
  }

  /** Forgets the object. */
  protected abstract clear(): void;

  /** Reads the value of the member that the walker is at, also if the member is none of the fields. */
  protected abstract take(walker: JsonWalker): void;
}
