import { ABSENT, Slice, sliceOfBuffer, slicesEqual } from "../../assembly/bytes/slice";
import { ConfigReader } from "../../assembly/config/reader";
import { JsonPath, PathStep } from "../../assembly/json/path";
import {
  jsonAt,
  jsonFirst,
  jsonFirstKey,
  JsonKind,
  jsonKind,
  jsonMemberValue,
  jsonNext,
  jsonNextKey,
  jsonContent,
} from "../../assembly/json/value";

/** A place of bodies where a text is: a path as gjson writes it, without `*`. */
export class CheckedPath {
  constructor(private readonly path: JsonPath) {}

  /** Reads a path; `null` for the default, with which the texts of all protocols are read, and after an error. */
  static read(reader: ConfigReader, key: string, fallback: string): CheckedPath | null {
    const text = reader.text(key, fallback);
    return text == fallback ? null : CheckedPath.of(reader, key, text);
  }

  /** Reads a list of paths; those that are in `fallback` add nothing. */
  static readList(reader: ConfigReader, key: string, fallback: string[]): CheckedPath[] {
    const texts = reader.texts(key);
    const paths: CheckedPath[] = [];
    for (let i = 0; i < texts.length; i++) {
      if (fallback.includes(texts[i])) continue;
      const path = CheckedPath.of(reader, `${key}[${i}]`, texts[i]);
      if (path) paths.push(path);
    }
    return paths;
  }

  private static of(reader: ConfigReader, key: string, text: string): CheckedPath | null {
    const path = new JsonPath(text);
    const fault = path.hasEach ? "must lead to one value, without *" : path.fault;
    if (!fault.length) return new CheckedPath(path);
    reader.fail(key, fault);
    return null;
  }

  /** The value at the path in a valid JSON value; `ABSENT` if there is none. */
  find(root: Slice): Slice {
    let value = root;
    for (let i = 0; i < this.path.steps.length && value != ABSENT; i++) value = this.step(value, i);
    return value;
  }

  private step(value: Slice, i: i32): Slice {
    if (jsonKind(value) == JsonKind.Array) {
      if (this.path.steps[i] == PathStep.Element) return jsonAt(value, this.path.indices[i]);
      let last = ABSENT;
      if (this.path.steps[i] == PathStep.Last)
        for (let item = jsonFirst(value); item != ABSENT; item = jsonNext(value, item)) last = item;
      return last;
    }
    if (jsonKind(value) != JsonKind.Object) return ABSENT;
    const name = sliceOfBuffer(this.path.names[i]);
    let found = ABSENT;
    for (let key = jsonFirstKey(value); key != ABSENT;) {
      const member = jsonMemberValue(value, key);
      if (slicesEqual(jsonContent(key), name)) found = member;
      key = jsonNextKey(value, member);
    }
    return found;
  }
}
