import { ConfigReader } from "../../assembly/config/reader";
import { PatternError } from "../../assembly/pattern/error";
import { Pattern, PatternFlags } from "../../assembly/pattern/pattern";
import { Check } from "./checksums";
import { detectorCheck, detectorPattern, DETECTORS } from "./detectors";
import { expandGrok } from "./grok";
import { Action, MaskRule } from "./rule";

const TYPES: string[] = ["replace", "hash"];
const HASH = 1;
const MOST_REGEX = 1_000;
/** The guarding options: without one of them other texts are masked, or none. */
const GUARDS = ["regex", "detector", "directions"];
const SPECIAL = "\\.+*?()|[]{}^$";
/** What a token looks like, with the hash that it has where the client's text has a look-alike. */
const TOKEN = "\\[\\[T(?:[0-9a-f]{12}-)?[0-9]{1,7}\\]\\]";

/** Reads one of `replace_roles`. */
export class RuleReader {
  /** What it does in each direction; `null` for nothing. */
  request: MaskRule | null = null;
  response: MaskRule | null = null;
  /** Whether the response gets the texts of the request back. */
  restores: bool = false;

  constructor(
    private readonly reader: ConfigReader,
    private readonly hasSecret: bool,
    private readonly most: i32,
  ) {}

  /** Reads it. */
  read(): void {
    const reader = this.reader;
    reader.guards(GUARDS);
    const detector = reader.choice("detector", DETECTORS, -1);
    const regex = reader.text("regex");
    const isDetector = reader.has("detector");
    if (isDetector == regex.length > 0) reader.refuse("must have either regex or detector");
    const pattern = isDetector && detector >= 0 ? detectorPattern(detector) : this.pattern(regex);
    const check = isDetector && detector >= 0 ? detectorCheck(detector) : Check.None;
    const isHash = reader.choice("type", TYPES, 0) == HASH;
    const value = reader.text("value", isDetector ? "****" : "");
    this.restores = reader.booleanOrText("restore", false);
    reader.refuseEmptyList("directions");
    const directions = reader.texts("directions");
    let onRequest = !directions.length;
    let onResponse = false;
    for (let i = 0; i < directions.length; i++) {
      if (directions[i] == "request") onRequest = true;
      else if (directions[i] == "response") onResponse = true;
      else reader.fail(`directions[${i}]`, "must be one of request, response");
    }
    if (this.restores && !onRequest) reader.fail("restore", "has no effect without the direction request");
    const hashes = isHash && (onResponse || !this.restores);
    if (hashes && !this.hasSecret)
      reader.fail("type", "hash needs hash_secret: without a key a short text can be found by trying");
    if (reader.failed || !pattern.length) return;
    const template = String.UTF8.encode(value);
    const groups = value.includes("$") && !isHash ? Pattern.compile(pattern) : null;
    const action = isHash ? Action.Hash : Action.Replace;
    if (onRequest) this.request = new MaskRule(pattern, this.restores ? Action.Token : action, check, template, groups);
    if (onResponse) this.response = new MaskRule(pattern, action, check, template, groups);
  }

  private get endless(): string {
    return `has matches without an upper bound: one that is whole only after ${this.most} characters (max_match_length) is not found`;
  }

  private pattern(regex: string): string {
    if (!regex.length) return "";
    if (!regex.trim().length) {
      this.reader.fail("regex", "must not be blank");
      return "";
    }
    if (regex.length > MOST_REGEX) {
      this.reader.fail("regex", `must have at most ${MOST_REGEX} characters`);
      return "";
    }
    const pattern = expandGrok(regex);
    if (!pattern.length) {
      this.reader.fail("regex", "has a name in %{…} that is not known");
      return "";
    }
    const error = new PatternError();
    const compiled = Pattern.compile(pattern, PatternFlags.None, error);
    if (!compiled) this.reader.fail("regex", `is not supported: ${error.message}`);
    else if (compiled.matchesNothing) this.reader.fail("regex", "must not match the empty text");
    else if (compiled.isEndless) this.reader.warn("regex", this.endless);
    return pattern;
  }
}

/** The rule that refuses a word. */
export function denyRule(word: string): MaskRule {
  let pattern = "";
  for (let i = 0; i < word.length; i++) pattern += (SPECIAL.includes(word.charAt(i)) ? "\\" : "") + word.charAt(i);
  return new MaskRule(pattern, Action.Deny, Check.None, new ArrayBuffer(0), null);
}

/** The rule that restores the tokens of a request. */
export function restoreRule(): MaskRule {
  return new MaskRule(TOKEN, Action.Restore, Check.None, new ArrayBuffer(0), null);
}
