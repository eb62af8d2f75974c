import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOfBuffer, sliceSize } from "../../../assembly/bytes/slice";
import { NameTable } from "../../../assembly/config/name-table";
import { ConfigReader } from "../../../assembly/config/reader";
import { Pattern, PatternError, PatternFlags } from "../../../assembly/pattern/pattern";
import { notBuilt, PATTERNS } from "./built-features";

/** The longest name that patterns are tried on: a name is the client's to choose, and replacing walks it once a match. */
const LONGEST_NAME: i32 = 256;
/** What the patterns of one mapping may take up: a few short keys can stand for thousands of instructions. */
const MOST_PATTERN_BYTES: i32 = 65_536;
/** Memory for a replaced name that is kept. */
const KEPT_BYTES: i32 = 4_096;

class PatternEntry {
  constructor(
    readonly pattern: Pattern,
    readonly template: ArrayBuffer,
  ) {}

  /** The name with each match replaced; as it is if nothing would be left of it. */
  replaceIn(model: Slice): Slice {
    if (!this.template.byteLength) return model;
    replaced.release(KEPT_BYTES);
    this.pattern.replace(model, sliceOfBuffer(this.template), replaced);
    return replaced.size ? replaced.slice : model;
  }
}

const replaced = new ByteBuffer();

/**
 * Which of the provider's models serves a client's model: the exact key, then the longest prefix `x*`, then the first
 * pattern `~x` that matches anywhere in the name, then `*`. A pattern's value takes the place of all that it matches, and
 * may refer to its groups.
 */
export class ModelMapping {
  private readonly names: NameTable<ArrayBuffer> = new NameTable<ArrayBuffer>();
  private readonly patterns: PatternEntry[] = [];
  private patternBytes: i32 = 0;
  private fallback: ArrayBuffer | null = null;

  /** Whether a model may be mapped at all. */
  any: bool = false;

  /** Reads `modelMapping`. An empty value keeps the client's name. */
  static read(reader: ConfigReader): ModelMapping {
    const mapping = new ModelMapping();
    const texts = reader.textMap("modelMapping", true);
    const keys = texts.keys();
    mapping.any = keys.length > 0;
    for (let i = 0; i < keys.length; i++) mapping.add(keys[i], texts.get(keys[i]), reader);
    return mapping;
  }

  /**
   * The provider's model for the client's; the client's own where nothing fits. Absent stays absent unless `*` fits. It is
   * valid until the next call.
   */
  map(model: Slice): Slice {
    if (!this.any) return model;
    const value = this.names.find(model);
    if (value) return chosen(value, model);
    if (PATTERNS) {
      const isTried = model != ABSENT && sliceSize(model) <= LONGEST_NAME;
      for (let i = 0; isTried && i < this.patterns.length; i++) {
        const entry = this.patterns[i];
        if (entry.pattern.search(model)) return entry.replaceIn(model);
      }
    }
    const fallback = this.fallback;
    return fallback ? chosen(fallback, model) : model;
  }

  private add(key: string, value: string, reader: ConfigReader): void {
    const bytes = String.UTF8.encode(value);
    if (key.startsWith("~")) this.addPattern(key, bytes, reader);
    else if (key == "*") this.fallback = bytes;
    else this.names.add(key, bytes);
  }

  private addPattern(key: string, template: ArrayBuffer, reader: ConfigReader): void {
    if (!PATTERNS) return reader.fail(`modelMapping.${key}`, notBuilt("patterns"));
    // Behind one that is too much none is compiled: until the whole configuration was read, no garbage is collected.
    if (this.patternBytes <= MOST_PATTERN_BYTES) {
      const error = new PatternError();
      const pattern = Pattern.compile(key.substring(1), PatternFlags.None, error);
      if (!pattern) return reader.fail(`modelMapping.${key}`, `is not supported: ${error.message}`);
      this.patternBytes += pattern.size;
      this.patterns.push(new PatternEntry(pattern, template));
    }
    if (this.patternBytes > MOST_PATTERN_BYTES) {
      reader.fail(`modelMapping.${key}`, "is too much: with those before it, the patterns are too large");
    }
  }
}

function chosen(value: ArrayBuffer, model: Slice): Slice {
  return value.byteLength ? sliceOfBuffer(value) : model;
}
