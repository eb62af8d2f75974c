import { ByteBuffer } from "../../assembly/bytes/buffer";
import { encodeHex } from "../../assembly/bytes/hex";
import { unescapeNested } from "../../assembly/bytes/json-character";
import { Slice, sliceOfBuffer, sliceSize, subslice } from "../../assembly/bytes/slice";
import { hmacSha256 } from "../../assembly/crypto/hmac";
import { escapeJson } from "../../assembly/json/writer";
import { Captures } from "../../assembly/pattern/captures";
import { Found } from "../../assembly/pattern/finder";
import { expand } from "../../assembly/pattern/replacement";
import { RestoreMap } from "./restore-map";
import { Action, MaskRule } from "./rule";
import { MaskRules } from "./rules";
import { TextState } from "./text-state";

const plain = new ByteBuffer();
const written = new ByteBuffer();
const once = new ByteBuffer();
const captures = new Captures();

/** Masks pieces of texts. One object serves all streams, one after the other: `begin` says for which one it works. */
export class Masker {
  /** Whether the body or the stream is refused: a word was found, or too many texts are open. */
  isDenied: bool = false;
  /** The rules of the direction. */
  rules: MaskRules | null = null;
  protected map: RestoreMap | null = null;
  private secret: Slice = 0;

  /** Begins to work for a body or a piece of a stream. The secret stays valid until then. */
  begin(rules: MaskRules, map: RestoreMap, secret: Slice): void {
    this.rules = rules;
    this.map = map;
    this.secret = secret;
    this.isDenied = false;
  }

  /**
   * Appends what is known of the text's masked form: its content in JSON strings, nested `depth` times. Returns how many bytes of `text`
   * it is; the others are needed again, in front of the next ones. Everything is known if the text `isLast`.
   */
  run(state: TextState, text: Slice, isLast: bool, depth: i32, out: ByteBuffer): i32 {
    const rules = this.rules!;
    const finder = rules.finder;
    const size = sliceSize(text);
    rules.depth = depth;
    finder.before = state.before;
    let at = state.cut.size ? finder.skipRest(state.cut, text, 0, isLast, depth) : 0;
    while (at < size && !state.cut.size) {
      const found = finder.find(text, at, isLast, depth);
      out.append(subslice(text, at, finder.start));
      at = finder.start;
      if (found != Found.Match) break;
      const matched = subslice(text, at, finder.end);
      const rule = rules.at(finder.pattern);
      finder.before = finder.last;
      let end = finder.end;
      if (finder.isCut) {
        finder.suspend(state.cut);
        end = finder.skipRest(state.cut, text, end, isLast, depth);
      }
      this.replace(rule, rule.action == Action.Token ? subslice(text, at, end) : matched, depth, out);
      at = end;
    }
    state.before = finder.before;
    return at;
  }

  private replace(rule: MaskRule, matched: Slice, depth: i32, out: ByteBuffer): void {
    written.clear();
    const action = rule.action;
    const map = this.map!;
    if (action == Action.Deny) {
      this.isDenied = true;
      return;
    }
    plain.clear();
    if (action != Action.Replace || rule.groups) unescapeNested(matched, depth, plain);
    if (action == Action.Restore) {
      const number = map.numberOf(plain.slice);
      if (!number) {
        out.append(matched);
        return;
      }
      written.append(map.at(number));
    } else if (action == Action.Token) {
      const number = map.add(plain.slice);
      written.text("[[T").append(map.label).integer(number).text("]]");
    } else if (action == Action.Hash) {
      once.clear();
      hmacSha256(this.secret, plain.slice, once);
      encodeHex(once.slice, written);
    } else if (rule.groups) {
      rule.groups!.find(plain.slice, captures);
      expand(sliceOfBuffer(rule.template), captures, rule.groups!.names, written);
    } else written.append(sliceOfBuffer(rule.template));
    if (depth == 0) out.append(written.slice);
    else if (depth == 1) escapeJson(written.slice, out);
    else {
      once.clear();
      escapeJson(written.slice, once);
      escapeJson(once.slice, out);
    }
  }
}
