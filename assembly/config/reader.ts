import { wordHashOf } from "../bytes/hash";
import { ABSENT, byteAt, Slice, sliceToString } from "../bytes/slice";
import {
  jsonDecimal,
  jsonFirst,
  jsonFirstKey,
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
import { ConfigObject } from "./object";
import { blankFault } from "./printable";
import { ConfigReport } from "./report";
import { asDecimal, asNumber, asTruth, isPlainNumber } from "./scalar";

/**
 * Reads one object of a configuration. It never stops at the first error: each is reported with its path, and the
 * reading continues with the fallback. Wrong types and `null` are errors; keys that were never read are warned about by
 * `finish`, or refused where they are like an option that guards something. The JSON must be valid and must outlive the
 * reader.
 */
export class ConfigReader extends ConfigObject {
  private readonly children: ConfigReader[] = [];
  private skipped: bool = false;
  /** The list that `next` iterates over, and the position in it. */
  private list: Slice = ABSENT;
  private position: i32 = -1;

  /** `object` is the token of an object, or `ABSENT` for an empty one; `place` is its JSON path, `$` at the top. */
  constructor(json: Slice, place: string, report: ConfigReport) {
    super(json, place, report);
  }

  /** The JSON path of the object. */
  override get path(): string {
    return this.position < 0 ? this.place : `${this.place}[${this.position}]`;
  }

  /** A 64-bit hash of the object, which tells configurations apart; not cryptographic. */
  get hash(): u64 {
    return wordHashOf(this.json);
  }

  /** Warns about an option; the configuration is accepted. */
  warn(key: string, fault: string): void {
    this.report.warn(`${this.path}.${key} ${fault}`);
  }

  /** A string. */
  text(key: string, fallback: string = ""): string {
    const value = this.typed(key, JsonKind.String, "a string");
    return value == ABSENT ? fallback : jsonText(value);
  }

  /** A string, or a number as it is written, for options that Higress reads like this. */
  textOrNumber(key: string, fallback: string = ""): string {
    const value = this.textToken(key);
    return value == ABSENT ? fallback : textOf(value);
  }

  /** A required string that must not be empty or blank; "" after an error. */
  requiredText(key: string): string {
    return this.required(key, this.typed(key, JsonKind.String, "a string"));
  }

  /** `requiredText`, or a number as it is written, for options that Higress reads like this. */
  requiredTextOrNumber(key: string): string {
    return this.required(key, this.textToken(key));
  }

  /** One of the texts; returns its position in `choices`. */
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
    return this.truth(key, this.value(key), fallback);
  }

  /** `boolean`, or the text "true" or "false", for options that Higress reads like this. */
  booleanOrText(key: string, fallback: bool): bool {
    return this.truth(key, asTruth(this.value(key)), fallback);
  }

  /** A whole number from `least` to `most`. */
  integer(key: string, fallback: i64, least: i64 = i64.MIN_VALUE, most: i64 = i64.MAX_VALUE): i64 {
    return this.bounded(key, this.value(key), fallback, least, most);
  }

  /** `integer`, or a text of its digits, for options that Higress reads like this. */
  integerOrText(key: string, fallback: i64, least: i64 = i64.MIN_VALUE, most: i64 = i64.MAX_VALUE): i64 {
    return this.bounded(key, asNumber(this.value(key)), fallback, least, most);
  }

  /** A decimal number from 0 to `most`, or a text of one, times 10^`decimals`: exactly, else it is an error. */
  decimalOrText(key: string, fallback: i64, decimals: i32, most: i64): i64 {
    const value = asDecimal(this.value(key));
    if (this.checked(key, value, JsonKind.Number, "a number") == ABSENT) return fallback;
    const scaled = jsonDecimal(value, decimals, -1);
    if (byteAt(value, 0) == 0x2d && scaled != 0) this.fail(key, "must not be negative");
    else if (scaled >= 0 && scaled <= scaledMost(most, decimals)) return scaled;
    else this.fail(key, `must be at most ${most}, with at most ${decimals} decimals`);
    return fallback;
  }

  /** A list of strings, none of them empty or blank; empty if there is none. */
  texts(key: string): string[] {
    return this.listOf(key, "a list of strings", false);
  }

  /** `texts`, or numbers as they are written, for options that Higress reads like this. */
  textsOrNumbers(key: string): string[] {
    return this.listOf(key, "a list of strings", true);
  }

  /** An object of strings, or of numbers as they are written where the option takes them; its keys keep their order. */
  textMap(key: string, takesNumbers: bool = false): Map<string, string> {
    const texts = new Map<string, string>();
    const map = this.typed(key, JsonKind.Object, "an object of strings");
    for (let name = jsonFirstKey(map); name != ABSENT;) {
      const value = jsonMemberValue(map, name);
      const isText = jsonKind(value) == JsonKind.String || (takesNumbers && isPlainNumber(value));
      if (isText) texts.set(jsonText(name), textOf(value));
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

  /** Readers of the members of an object of objects, whose names are added to `names` in the same order. */
  objectsByName(key: string, names: string[]): ConfigReader[] {
    const readers: ConfigReader[] = [];
    const map = this.typed(key, JsonKind.Object, "an object of objects");
    for (let token = jsonFirstKey(map); token != ABSENT;) {
      const value = jsonMemberValue(map, token);
      const name = jsonText(token);
      if (jsonKind(value) == JsonKind.Object) {
        names.push(name);
        readers.push(this.below(value, `${this.path}.${key}.${name}`));
      } else this.fail(`${key}.${name}`, "must be an object");
      token = jsonNextKey(map, value);
    }
    return readers;
  }

  /** One reader for all objects of a list, which `next` moves forward, so that memory does not grow with the list. */
  each(key: string): ConfigReader {
    const reader = new ConfigReader(ABSENT, `${this.path}.${key}`, this.report);
    reader.guarding = this.guarding;
    reader.list = this.typed(key, JsonKind.Array, "a list of objects");
    return reader;
  }

  /** Moves a reader of `each` to the next object, after warning about unknown keys of the last one; `false` at the end. */
  next(): bool {
    let item = this.json;
    if (item != ABSENT) this.finish();
    this.asked.length = 0;
    this.children.length = 0;
    do {
      item = this.position++ < 0 ? jsonFirst(this.list) : jsonNext(this.list, item);
      this.json = item;
      if (item != ABSENT && jsonKind(item) != JsonKind.Object) this.fault(this.path, "must be an object");
    } while (item != ABSENT && jsonKind(item) != JsonKind.Object);
    return item != ABSENT;
  }

  /** A reader of the same object with a report of its own, whose errors have no effect. */
  detached(): ConfigReader {
    const reader = new ConfigReader(this.json, this.path, new ConfigReport());
    reader.guarding = this.guarding;
    return reader;
  }

  /** Whether the object has a key that has not been read. */
  get hasUnknownKeys(): bool {
    for (let name = jsonFirstKey(this.json); name != ABSENT;) {
      if (!this.wasAsked(name)) return true;
      name = jsonNextKey(this.json, jsonMemberValue(this.json, name));
    }
    return false;
  }

  /** Skips the unknown keys of this object and of the objects below it: `finish` does not warn about them. */
  skip(): void {
    this.skipped = true;
  }

  /** Warns about the unread keys of this object and of the objects below it, or refuses them: see `guards`. */
  finish(): void {
    if (this.skipped) return;
    for (let name = jsonFirstKey(this.json); name != ABSENT;) {
      if (!this.wasAsked(name)) this.unknown(name);
      name = jsonNextKey(this.json, jsonMemberValue(this.json, name));
    }
    for (let i = 0; i < this.children.length; i++) this.children[i].finish();
  }

  private below(object: Slice, path: string): ConfigReader {
    const reader = new ConfigReader(object, path, this.report);
    reader.guarding = this.guarding;
    this.children.push(reader);
    return reader;
  }

  private required(key: string, value: Slice): string {
    if (value == ABSENT) {
      if (!this.has(key)) this.fail(key, "is required");
      return "";
    }
    const text = textOf(value);
    const fault = blankFault(text);
    if (fault.length) this.fail(key, fault);
    return text;
  }

  private truth(key: string, value: Slice, fallback: bool): bool {
    const kind = jsonKind(value);
    if (kind == JsonKind.Absent) return fallback;
    if (kind != JsonKind.True && kind != JsonKind.False) this.fail(key, "must be true or false");
    return jsonIsTrue(value);
  }

  private bounded(key: string, value: Slice, fallback: i64, least: i64, most: i64): i64 {
    if (this.checked(key, value, JsonKind.Number, "a number") == ABSENT) return fallback;
    const number = jsonInteger(value, least);
    if (!jsonIsInteger(value)) this.fail(key, "must be a whole number");
    else if (number < least) this.fail(key, `must be at least ${least}`);
    else if (number > most) this.fail(key, `must be at most ${most}`);
    else return number;
    return fallback;
  }

  private listOf(key: string, name: string, takesNumbers: bool): string[] {
    const texts: string[] = [];
    const list = this.typed(key, JsonKind.Array, name);
    let position = 0;
    for (let item = jsonFirst(list); item != ABSENT; item = jsonNext(list, item)) {
      const isText = jsonKind(item) == JsonKind.String || (takesNumbers && isPlainNumber(item));
      const text = isText ? textOf(item) : "";
      const fault = isText ? blankFault(text) : "must be a string";
      if (fault.length) this.fail(`${key}[${position}]`, fault);
      texts.push(text);
      position++;
    }
    return texts;
  }
}

function scaledMost(most: i64, decimals: i32): i64 {
  for (let i = 0; i < decimals; i++) most *= 10;
  return most;
}

function textOf(value: Slice): string {
  return jsonKind(value) == JsonKind.String ? jsonText(value) : sliceToString(value);
}
