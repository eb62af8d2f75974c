import { unescapeNested } from "../../assembly/bytes/json-character";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice } from "../../assembly/bytes/slice";
import { PatternError } from "../../assembly/pattern/error";
import { MatchCheck, PatternFinder } from "../../assembly/pattern/finder";
import { Check, fulfils } from "./checksums";
import { MaskRule } from "./rule";

const plain = new ByteBuffer();

/** The rules of one direction, and one automaton for all of them. */
export class MaskRules extends MatchCheck {
  /** How deep the text that is searched is nested in JSON strings. */
  depth: i32 = 1;
  private compiled: PatternFinder | null = null;
  /** The number of rules without a check: they come first, so that a failed check does not hide them. */
  private readonly unchecked: i32;

  private constructor(
    private readonly rules: MaskRule[],
    uncheckedCount: i32,
  ) {
    super();
    this.unchecked = uncheckedCount;
  }

  /** Compiles the rules; `null` if they are too many, and then `error` says why. */
  static compile(rules: MaskRule[], most: i32, error: PatternError): MaskRules | null {
    const ordered: MaskRule[] = [];
    for (let i = 0; i < rules.length; i++) if (rules[i].check == Check.None) ordered.push(rules[i]);
    const uncheckedCount = ordered.length;
    for (let i = 0; i < rules.length; i++) if (rules[i].check != Check.None) ordered.push(rules[i]);
    const patterns: string[] = [];
    for (let i = 0; i < ordered.length; i++) patterns.push(ordered[i].pattern);
    const set = new MaskRules(ordered, uncheckedCount);
    set.compiled = PatternFinder.compile(patterns, most, uncheckedCount == ordered.length ? null : set, error);
    return set.compiled ? set : null;
  }

  /** Finds the matches. */
  get finder(): PatternFinder {
    return this.compiled!;
  }

  /** The rule with this number. */
  at(index: i32): MaskRule {
    return this.rules[index];
  }

  /** The first of the rules from `pattern` on whose check the text fulfils. */
  override accept(pattern: i32, text: Slice): i32 {
    if (pattern < this.unchecked) return pattern;
    plain.clear();
    unescapeNested(text, this.depth, plain);
    for (let i = pattern; i < this.rules.length; i++) if (fulfils(this.rules[i].check, plain.slice)) return i;
    return -1;
  }
}
