import { ABSENT, Slice } from "../bytes/slice";
import {
  jsonEquals,
  jsonFirst,
  jsonFirstKey,
  jsonGet,
  jsonInteger,
  jsonIsInteger,
  jsonIsTrue,
  JsonKind,
  jsonKind,
  jsonMemberValue,
  jsonNext,
  jsonNextKey,
  jsonText,
} from "../json/value";
import { ConfigReport } from "./report";

/** Of so many errors, and of so many warnings, each gets a line. */
const MOST_LINES = 100;

/**
 * Reads one object of a configuration. It never stops at the first error: each is reported with its path, and the
 * reading goes on with the fallback. Wrong types are errors; keys that nobody asked for are warned about by `finish`.
 * The JSON must be valid and must outlive the reader.
 */
export class ConfigReader {
  private readonly asked: string[] = [];
  private readonly children: ConfigReader[] = [];
  private skipped: bool = false;
  /** What `next` goes through, and where in it. */
  private list: Slice = ABSENT;
  private position: i32 = -1;

  /** `object` is the token of an object, or `ABSENT` for an empty one; `place` says where it stands, `$` at the top. */
  constructor(
    private json: Slice,
    private readonly place: string,
    readonly report: ConfigReport,
  ) {}

  /** Where the object stands. */
  get path(): string {
    return this.position < 0 ? this.place : `${this.place}[${this.position}]`;
  }

  /** Whether anything that was read through this report is wrong. */
  get failed(): bool {
    return this.report.failed;
  }

  /** The raw token of the member; `ABSENT` if there is none. `null` counts as none. */
  value(key: string): Slice {
    this.asked.push(key);
    const value = jsonGet(this.json, key);
    return jsonKind(value) == JsonKind.Null ? ABSENT : value;
  }

  /** Whether the member is there. */
  has(key: string): bool {
    return this.value(key) != ABSENT;
  }

  /** A string. */
  text(key: string, fallback: string = ""): string {
    const value = this.typed(key, JsonKind.String, "a string");
    return value == ABSENT ? fallback : jsonText(value);
  }

  /** A string that must be there and must not be empty. */
  requiredText(key: string): string {
    if (!this.has(key)) {
      this.fail(key, "is required");
      return "";
    }
    const text = this.text(key, " ");
    if (text.length == 0) this.fail(key, "must not be empty");
    return text;
  }

  /** The token of a string; `ABSENT` if there is none. Makes no object, for lists that may be long. */
  stringToken(key: string): Slice {
    return this.typed(key, JsonKind.String, "a string");
  }

  /** The token of a list; `ABSENT` if there is none. */
  listToken(key: string): Slice {
    return this.typed(key, JsonKind.Array, "a list");
  }

  /** One of the texts; gives its position in `choices`. */
  choice(key: string, choices: string[], fallback: i32): i32 {
    const value = this.typed(key, JsonKind.String, "a string");
    if (value == ABSENT) return fallback;
    const position = choices.indexOf(jsonText(value));
    if (position >= 0) return position;
    this.fail(key, `must be one of ${choices.join(", ")}`);
    return fallback;
  }

  /** `true` or `false`. */
  boolean(key: string, fallback: bool): bool {
    const value = this.value(key);
    const kind = jsonKind(value);
    if (kind == JsonKind.Absent) return fallback;
    if (kind != JsonKind.True && kind != JsonKind.False) this.fail(key, "must be true or false");
    return jsonIsTrue(value);
  }

  /** A whole number from `least` to `most`. */
  integer(key: string, fallback: i64, least: i64 = i64.MIN_VALUE, most: i64 = i64.MAX_VALUE): i64 {
    const value = this.typed(key, JsonKind.Number, "a number");
    if (value == ABSENT) return fallback;
    const number = jsonInteger(value, least);
    if (!jsonIsInteger(value)) this.fail(key, "must be a whole number");
    else if (number < least) this.fail(key, `must be at least ${least}`);
    else if (number > most) this.fail(key, `must be at most ${most}`);
    else return number;
    return fallback;
  }

  /** A list of strings; empty if there is none. */
  texts(key: string): string[] {
    const texts: string[] = [];
    const list = this.typed(key, JsonKind.Array, "a list of strings");
    let position = 0;
    for (let item = jsonFirst(list); item != ABSENT; item = jsonNext(list, item)) {
      if (jsonKind(item) == JsonKind.String) texts.push(jsonText(item));
      else this.fail(`${key}[${position}]`, "must be a string");
      position++;
    }
    return texts;
  }

  /** An object of strings as its keys, in the order in which they stand; `textOf` gives the value of one. */
  textMap(key: string): Map<string, string> {
    const texts = new Map<string, string>();
    const map = this.typed(key, JsonKind.Object, "an object of strings");
    for (let name = jsonFirstKey(map); name != ABSENT;) {
      const value = jsonMemberValue(map, name);
      if (jsonKind(value) == JsonKind.String) texts.set(jsonText(name), jsonText(value));
      else this.fail(`${key}.${jsonText(name)}`, "must be a string");
      name = jsonNextKey(map, value);
    }
    return texts;
  }

  /** A reader of the member; `null` if there is none. */
  object(key: string): ConfigReader | null {
    const value = this.typed(key, JsonKind.Object, "an object");
    return value == ABSENT ? null : this.below(value, `${this.path}.${key}`);
  }

  /** Readers of the members of a list of objects; empty if there is none. */
  objects(key: string): ConfigReader[] {
    const readers: ConfigReader[] = [];
    const list = this.typed(key, JsonKind.Array, "a list of objects");
    let position = 0;
    for (let item = jsonFirst(list); item != ABSENT; item = jsonNext(list, item)) {
      if (jsonKind(item) == JsonKind.Object) readers.push(this.below(item, `${this.path}.${key}[${position}]`));
      else this.fail(`${key}[${position}]`, "must be an object");
      position++;
    }
    return readers;
  }

  /** One reader that `next` leads through a list of objects: a long list then takes no more memory than a short one. */
  each(key: string): ConfigReader {
    const reader = new ConfigReader(ABSENT, `${this.path}.${key}`, this.report);
    reader.list = this.typed(key, JsonKind.Array, "a list of objects");
    return reader;
  }

  /** Leads a reader from `each` to its next object, after it warned about unknown keys of the last; `false` at the end. */
  next(): bool {
    let item = this.json;
    if (item != ABSENT) this.finish();
    this.asked.length = 0;
    do {
      item = this.position++ < 0 ? jsonFirst(this.list) : jsonNext(this.list, item);
      this.json = item;
      if (item != ABSENT && jsonKind(item) != JsonKind.Object) this.fault(this.path, "must be an object");
    } while (item != ABSENT && jsonKind(item) != JsonKind.Object);
    return item != ABSENT;
  }

  /** A reader of the same object with a report of its own, for what need not be right. */
  detached(): ConfigReader {
    return new ConfigReader(this.json, this.path, new ConfigReport());
  }

  /** Reports that the member cannot be used. */
  fail(key: string, reason: string): void {
    this.fault(`${this.path}.${key}`, reason);
  }

  /** Reports something that an operator should look at. */
  warn(key: string, reason: string): void {
    if (this.report.warnings.length < MOST_LINES) this.report.warnings.push(`${this.path}.${key} ${reason}`);
  }

  /** Whether the object has a key that nobody asked for yet. */
  get hasUnknownKeys(): bool {
    for (let name = jsonFirstKey(this.json); name != ABSENT;) {
      if (!this.wasAsked(name)) return true;
      name = jsonNextKey(this.json, jsonMemberValue(this.json, name));
    }
    return false;
  }

  /** Leaves the unknown keys of this object, and of those below, to somebody else: `finish` does not warn. */
  skip(): void {
    this.skipped = true;
  }

  /** Warns about the keys of this object, and of those below, that nobody asked for. */
  finish(): void {
    if (this.skipped) return;
    for (let name = jsonFirstKey(this.json); name != ABSENT;) {
      if (!this.wasAsked(name)) this.warn(jsonText(name), "is not known and has no effect");
      name = jsonNextKey(this.json, jsonMemberValue(this.json, name));
    }
    for (let i = 0; i < this.children.length; i++) this.children[i].finish();
  }

  private wasAsked(name: Slice): bool {
    for (let i = 0; i < this.asked.length; i++) if (jsonEquals(name, this.asked[i])) return true;
    return false;
  }

  private fault(path: string, reason: string): void {
    if (this.report.errors.length < MOST_LINES) this.report.errors.push(`${path} ${reason}`);
  }

  private below(object: Slice, path: string): ConfigReader {
    const reader = new ConfigReader(object, path, this.report);
    this.children.push(reader);
    return reader;
  }

  private typed(key: string, kind: JsonKind, name: string): Slice {
    const value = this.value(key);
    if (value == ABSENT || jsonKind(value) == kind) return value;
    this.fail(key, `must be ${name}`);
    return ABSENT;
  }
}
