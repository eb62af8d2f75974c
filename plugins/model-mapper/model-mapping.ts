import { ABSENT, Slice, sliceOfBuffer, sliceSize, slicesEqual, subslice } from "../../assembly/bytes/slice";
import { TextTable } from "../../assembly/bytes/text-table";
import { blankFault, edgeFault } from "../../assembly/config/printable";
import { ConfigReader } from "../../assembly/config/reader";

const OPTION = "modelMapping";
const DEFAULT = "*";

/** Which model stands for which: the option `modelMapping`. Whole names first, then beginnings, then the default. */
export class ModelMapping {
  private readonly names: TextTable = new TextTable();
  private readonly modelsOfNames: ArrayBuffer[] = [];
  private readonly beginnings: ArrayBuffer[] = [];
  private readonly modelsOfBeginnings: ArrayBuffer[] = [];
  private fallback: ArrayBuffer | null = null;

  /** Reads the option. */
  static read(reader: ConfigReader): ModelMapping {
    const mapping = new ModelMapping();
    const texts = reader.textMap(OPTION, true);
    // The order of Higress's plugins, whose JSON objects are sorted.
    const keys = texts.keys().sort();
    for (let i = 0; i < keys.length; i++) mapping.add(reader, keys[i], texts.get(keys[i]));
    if (!keys.length && !reader.failed) reader.fail(OPTION, "must map something");
    return mapping;
  }

  /** Whether there is a model for names that are not listed, and for bodies without one. */
  get hasDefault(): bool {
    return this.fallback !== null;
  }

  /** The model for a name in UTF-8; `ABSENT` if it stays. An empty name is one that the body does not have. */
  map(name: Slice): Slice {
    const model = this.find(name);
    return sliceSize(model) == 0 || slicesEqual(model, name) ? ABSENT : model;
  }

  private find(name: Slice): Slice {
    const number = this.names.find(name);
    if (number >= 0) return sliceOfBuffer(this.modelsOfNames[number]);
    for (let i = 0; i < this.beginnings.length; i++) {
      const beginning = sliceOfBuffer(this.beginnings[i]);
      if (slicesEqual(subslice(name, 0, sliceSize(beginning)), beginning)) {
        return sliceOfBuffer(this.modelsOfBeginnings[i]);
      }
    }
    const fallback = this.fallback;
    return fallback ? sliceOfBuffer(fallback) : ABSENT;
  }

  private add(reader: ConfigReader, key: string, model: string): void {
    const fault = blankFault(key).length ? blankFault(key) : model.length ? edgeFault(model) : "";
    if (fault.length) reader.fail(`${OPTION}.${key}`, fault);
    const bytes = String.UTF8.encode(model);
    if (key == DEFAULT) this.fallback = bytes;
    else if (key.endsWith(DEFAULT)) this.addBeginning(reader, key, bytes);
    else {
      this.names.add(sliceOfBuffer(String.UTF8.encode(key)));
      this.modelsOfNames.push(bytes);
    }
  }

  private addBeginning(reader: ConfigReader, key: string, model: ArrayBuffer): void {
    const beginning = String.UTF8.encode(key.substring(0, key.length - 1));
    const count = this.beginnings.length;
    // Sorted: the prefix that covers this key is right before it, or covers the one before it.
    const last = count ? sliceOfBuffer(this.beginnings[count - 1]) : ABSENT;
    const isCovered = count > 0 && slicesEqual(subslice(sliceOfBuffer(beginning), 0, sliceSize(last)), last);
    if (isCovered) {
      reader.warn(`${OPTION}.${key}`, "has no effect: a shorter key before it covers all of its models");
      return;
    }
    this.beginnings.push(beginning);
    this.modelsOfBeginnings.push(model);
  }
}
