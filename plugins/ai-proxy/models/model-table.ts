import { ModelTraits } from "../../../assembly/ai/model-traits";
import { Slice } from "../../../assembly/bytes/slice";
import { ModelPattern } from "./model-pattern";

/** What is known of the models of a pattern. */
class ModelEntry {
  constructor(
    readonly pattern: ModelPattern,
    readonly traits: ModelTraits,
  ) {}
}

/** What is known of models, by patterns of their names. */
export class ModelTable {
  /** The most specific first. */
  private readonly entries: ModelEntry[] = [];

  /** Adds an entry; of two equally specific ones that stand for a name the first counts. */
  add(pattern: ModelPattern, traits: ModelTraits): void {
    const entries = this.entries;
    const entry = new ModelEntry(pattern, traits);
    entries.push(entry);
    let at = entries.length - 1;
    for (; at > 0 && entries[at - 1].pattern.weight < pattern.weight; at--) entries[at] = entries[at - 1];
    entries[at] = entry;
  }

  /** What is known of a model, whose name is in lower case; `null` for nothing. */
  find(name: Slice): ModelTraits | null {
    const entries = this.entries;
    for (let i = 0; i < entries.length; i++) {
      const entry = unchecked(entries[i]);
      if (entry.pattern.matches(name)) return entry.traits;
    }
    return null;
  }

  /** Whether it has no entries. */
  get isEmpty(): bool {
    return this.entries.length == 0;
  }
}
