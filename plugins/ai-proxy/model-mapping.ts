import { Slice, sliceOfBuffer, sliceSize, slicesEqual, sliceStart } from "../../assembly/bytes/slice";
import { ConfigReader } from "../../assembly/config/reader";

class Entry {
  constructor(
    readonly key: ArrayBuffer,
    readonly value: ArrayBuffer,
  ) {}
}

/** Which of the provider's models serves a client's model: exact key, then the longest prefix `x*`, then `*`. */
export class ModelMapping {
  private readonly exact: Entry[] = [];
  /** Longest first. */
  private readonly prefixes: Entry[] = [];
  private fallback: ArrayBuffer | null = null;

  /** Reads `modelMapping`. An empty value keeps the client's name. */
  static read(reader: ConfigReader): ModelMapping {
    const mapping = new ModelMapping();
    const texts = reader.textMap("modelMapping");
    const keys = texts.keys();
    for (let i = 0; i < keys.length; i++) mapping.add(keys[i], texts.get(keys[i]), reader);
    mapping.prefixes.sort((a, b) => b.key.byteLength - a.key.byteLength);
    return mapping;
  }

  /** The provider's model for the client's; the client's own where nothing fits. Absent stays absent unless `*` fits. */
  map(model: Slice): Slice {
    for (let i = 0; i < this.exact.length; i++) {
      const entry = this.exact[i];
      if (slicesEqual(model, sliceOfBuffer(entry.key))) return chosen(entry.value, model);
    }
    for (let i = 0; i < this.prefixes.length; i++) {
      const entry = this.prefixes[i];
      const size = entry.key.byteLength;
      if (sliceSize(model) < size) continue;
      if (memory.compare(sliceStart(model), changetype<usize>(entry.key), size) == 0) return chosen(entry.value, model);
    }
    const fallback = this.fallback;
    return fallback ? chosen(fallback, model) : model;
  }

  private add(key: string, value: string, reader: ConfigReader): void {
    if (key.startsWith("~")) {
      reader.fail(`modelMapping.${key}`, "is a regular expression, which is not supported yet");
      return;
    }
    const bytes = String.UTF8.encode(value);
    if (key == "*") this.fallback = bytes;
    else if (key.endsWith("*")) {
      this.prefixes.push(new Entry(String.UTF8.encode(key.substring(0, key.length - 1)), bytes));
    } else this.exact.push(new Entry(String.UTF8.encode(key), bytes));
  }
}

function chosen(value: ArrayBuffer, model: Slice): Slice {
  return value.byteLength ? sliceOfBuffer(value) : model;
}
