import { ABSENT, Slice } from "../bytes/slice";
import { jsonEquals, jsonFirst, jsonGet, JsonKind, jsonKind } from "../json/value";
import { ConfigReport } from "./report";
import { isPlainNumber } from "./scalar";
import { GuardingOption, meantOption, shownName } from "./spelling";

/** The most errors, and the most warnings, that are reported, one line each. */
const MOST_LINES = 100;
const NO_OPTIONS: GuardingOption[] = [];

/** One object of a configuration: its tokens, the keys that were read, and the report. */
export class ConfigObject {
  protected readonly asked: string[] = [];
  protected guarding: GuardingOption[] = NO_OPTIONS;

  constructor(
    protected json: Slice,
    protected readonly place: string,
    readonly report: ConfigReport,
  ) {}

  /** The JSON path of the object. */
  get path(): string {
    return this.place;
  }

  /** Whether there is any error in this report. */
  get failed(): bool {
    return this.report.failed;
  }

  /**
   * Names the guarding options of this object and of the objects below it that are read from now on: options without which
   * more requests would pass, or a secret would go elsewhere. An unknown key that resembles one of them, or is one in the
   * wrong place, is an error instead of a warning.
   */
  guards(options: string[]): void {
    // The list may be the one of the enclosing object.
    const guarding = this.guarding.slice();
    for (let i = 0; i < options.length; i++) guarding.push(GuardingOption.of(options[i]));
    this.guarding = guarding;
  }

  /** The raw token of the member; `ABSENT` if there is none. `null` is an error, and is read as no member. */
  value(key: string): Slice {
    this.asked.push(key);
    const value = jsonGet(this.json, key);
    if (jsonKind(value) != JsonKind.Null) return value;
    this.fail(key, "must not be null: leave it out");
    return ABSENT;
  }

  /** Whether the member exists, even as `null`. */
  has(key: string): bool {
    this.asked.push(key);
    return jsonGet(this.json, key) != ABSENT;
  }

  /** Refuses an empty list, as a template without values writes it. */
  refuseEmptyList(key: string): void {
    const list = this.value(key);
    if (jsonKind(list) == JsonKind.Array && jsonFirst(list) == ABSENT)
      this.fail(key, "must not be empty: leave it out");
  }

  /** The token of a string or a number; `ABSENT` if there is none. Allocates no object, for long lists. */
  textToken(key: string): Slice {
    const value = this.value(key);
    if (isPlainNumber(value)) return value;
    return this.checked(key, value, JsonKind.String, "a string");
  }

  /** The token of a list; `ABSENT` if there is none. */
  listToken(key: string): Slice {
    return this.typed(key, JsonKind.Array, "a list");
  }

  /** Reports that the member cannot be used. */
  fail(key: string, reason: string): void {
    if (this.report.errors.length < MOST_LINES) this.fault(`${this.path}.${key}`, reason);
  }

  /** Reports that the object as a whole cannot be used. */
  refuse(reason: string): void {
    if (this.report.errors.length < MOST_LINES) this.fault(this.path, reason);
  }

  /** Reports something that an operator should look at. */
  warn(key: string, reason: string): void {
    if (this.report.warnings.length < MOST_LINES) this.report.warnings.push(`${this.path}.${key} ${reason}`);
  }

  protected unknown(name: Slice): void {
    // The configuration is refused, and no further line is written.
    if (this.report.errors.length >= MOST_LINES) return;
    const option = meantOption(name, this.guarding);
    if (!option.length && this.report.warnings.length >= MOST_LINES) return;
    if (!option.length) this.warn(shownName(name), "is not known and has no effect");
    else if (jsonEquals(name, option)) this.fail(option, "has no effect here: it belongs elsewhere");
    else this.fail(shownName(name), `is not known: write ${option}, or leave it out`);
  }

  protected wasAsked(name: Slice): bool {
    for (let i = 0; i < this.asked.length; i++) if (jsonEquals(name, this.asked[i])) return true;
    return false;
  }

  protected fault(path: string, reason: string): void {
    const errors = this.report.errors;
    if (errors.length >= MOST_LINES) return;
    const line = `${path} ${reason}`;
    if (!errors.includes(line)) errors.push(line);
  }

  protected typed(key: string, kind: JsonKind, name: string): Slice {
    return this.checked(key, this.value(key), kind, name);
  }

  protected checked(key: string, value: Slice, kind: JsonKind, name: string): Slice {
    if (value == ABSENT || jsonKind(value) == kind) return value;
    this.fail(key, `must be ${name}`);
    return ABSENT;
  }
}
