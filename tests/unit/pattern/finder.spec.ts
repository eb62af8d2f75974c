import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceSize, sliceStart, subslice } from "../../../assembly/bytes/slice";
import { TEXT_EDGE } from "../../../assembly/pattern/characters";
import { PatternError } from "../../../assembly/pattern/error";
import { Found, MatchCheck, PatternFinder } from "../../../assembly/pattern/finder";
import { textOf, utf8 } from "../assembly/slices";

const MOST = 16;

/** Rejects all matches of pattern 0 but those that end in `0`. */
class EndsInZero extends MatchCheck {
  override accept(pattern: i32, text: Slice): i32 {
    if (pattern > 0) return pattern;
    return load<u8>(sliceStart(text) + sliceSize(text) - 1) == 0x30 ? 0 : -1;
  }
}

/** All matches of a text that comes in pieces, as `pattern:text` or `pattern:text+rest` for a cut one, and what is between them. */
function findIn(finder: PatternFinder, pieces: string[], depth: i32 = 1): string {
  let found = "";
  const held = new ByteBuffer();
  const cut = new ByteBuffer();
  finder.before = TEXT_EDGE;
  for (let i = 0; i < pieces.length; i++) {
    const isLast = i == pieces.length - 1;
    held.append(utf8(pieces[i]));
    const text = held.slice;
    let at = 0;
    if (cut.size) {
      const end = finder.skipRest(cut, text, 0, isLast, depth);
      found += textOf(subslice(text, 0, end));
      if (!cut.size) found += ">";
      at = end;
    }
    while (at < held.size && !cut.size) {
      const result = finder.find(text, at, isLast, depth);
      found += textOf(subslice(text, at, finder.start));
      at = finder.start;
      if (result != Found.Match) break;
      found += "<" + finder.pattern.toString() + ":" + textOf(subslice(text, at, finder.end));
      at = finder.end;
      finder.before = finder.last;
      if (!finder.isCut) {
        found += ">";
        continue;
      }
      finder.suspend(cut);
      const end = finder.skipRest(cut, text, at, isLast, depth);
      found += "+" + textOf(subslice(text, at, end));
      if (!cut.size) found += ">";
      at = end;
    }
    held.dropFront(at);
  }
  expect(held.size).toBe(0);
  return found;
}

function inOne(patterns: string[], text: string, depth: i32 = 1): string {
  return findIn(PatternFinder.compile(patterns, MOST)!, [text], depth);
}

describe("a pattern finder", () => {
  test("finds the leftmost match, of those the longest, of those the first pattern", () => {
    expect<string>(inOne(["ab", "abc", "a.c", "bcdef"], "xabcdefab")).toBe("x<1:abc>def<0:ab>");
    expect<string>(inOne(["a|ab"], "abab")).toBe("<0:ab><0:ab>");
    expect<string>(inOne(["b", "z"], "nothing")).toBe("nothing");
    expect<string>(inOne(["a*"], "baac")).toBe("b<0:aa>c");
    expect<string>(inOne(["a"], "")).toBe("");
  });

  test("knows what is before a match, also behind another one", () => {
    expect<string>(inOne(["\\bab"], "ab xab ab")).toBe("<0:ab> xab <0:ab>");
    expect<string>(inOne(["x", "\\bab"], "xab")).toBe("<0:x>ab");
    expect<string>(inOne(["^a", "a$"], "aba")).toBe("<0:a>b<1:a>");
    expect<string>(inOne(["(?m)^a"], "a\\na a")).toBe("<0:a>\\n<0:a> a");
    expect<string>(inOne(["\\Ba"], "a ba")).toBe("a b<0:a>");
  });

  test("reads the escapes of JSON, nested as deep as it is said", () => {
    expect<string>(inOne(["b"], "a\\u0062c")).toBe("a<0:\\u0062>c");
    expect<string>(inOne(["\\n\\\\x"], "a\\n\\\\x")).toBe("a<0:\\n\\\\x>");
    expect<string>(inOne(["\u{1f600}"], "a\\ud83d\\ude00b")).toBe("a<0:\\ud83d\\ude00>b");
    expect<string>(inOne(["b"], "a\\\\u0062c", 2)).toBe("a<0:\\\\u0062>c");
    expect<string>(inOne(["\u{1f600}"], "\\\\ud83d\\\\ude00", 2)).toBe("<0:\\\\ud83d\\\\ude00>");
    expect<string>(inOne(["\\\\u0062"], "a\\u0062", 0)).toBe("a<0:\\u0062>");
    // A lone surrogate is a replacement character.
    expect<string>(inOne(["\u{fffd}x"], "\\ud83dx\\ude00x")).toBe("<0:\\ud83dx><0:\\ude00x>");
  });

  test("finds the same wherever the text is cut, also inside of characters and escapes", () => {
    const patterns = ["\\b[a-z]+@[a-z]+\\.[a-z]{2,}\\b", "1[3-9][0-9]{9}", "\u{e9}\u{1f600}", '"x"$'];
    const text =
      'Is bob@ex.org. 13800138000 \u{e9}\u{1f600} bob@x a\\u0062@x.yz \\ud83d\\ude00 \\u00e9\\ud83d\\ude00 "x"';
    const whole = inOne(patterns, text);
    expect<string>(whole).toBe(
      'Is <0:bob@ex.org>. <1:13800138000> <2:\u{e9}\u{1f600}> bob@x <0:a\\u0062@x.yz> \\ud83d\\ude00 <2:\\u00e9\\ud83d\\ude00> <3:"x">',
    );
    const finder = PatternFinder.compile(patterns, 32)!;
    for (let i = 0; i <= text.length; i++) {
      // A string of this language is cut at UTF-16 units: not between the halves of a pair.
      if (i < text.length && (text.charCodeAt(i) & 0xfc00) == 0xdc00) continue;
      for (let j = i; j <= text.length; j += 7) {
        if (j < text.length && (text.charCodeAt(j) & 0xfc00) == 0xdc00) continue;
        expect<string>(findIn(finder, [text.substring(0, i), text.substring(i, j), text.substring(j)])).toBe(whole);
      }
    }
  });

  test("asks for more characters only where a match may follow", () => {
    const finder = PatternFinder.compile(["\\bsecret\\b"], MOST)!;
    finder.before = TEXT_EDGE;
    expect(finder.find(utf8("a se"), 0, false, 1) == Found.Open).toBe(true);
    expect(finder.start).toBe(2);
    finder.before = TEXT_EDGE;
    expect(finder.find(utf8("a sea"), 0, false, 1) == Found.None).toBe(true);
    expect(finder.start).toBe(5);
    finder.before = TEXT_EDGE;
    expect(finder.find(utf8("secret"), 0, false, 1) == Found.Open).toBe(true);
    expect(finder.find(utf8("secret"), 0, true, 1) == Found.Match).toBe(true);
    // A character whose end is missing may be the first one of a match.
    finder.before = TEXT_EDGE;
    expect(finder.find(utf8("a\\u00"), 0, false, 1) == Found.Open).toBe(true);
    expect(finder.start).toBe(1);
  });

  test("cuts a match without a bound, and finds its end", () => {
    const patterns = ["k-[a-z]+", "[0-9]{20}"];
    const finder = PatternFinder.compile(patterns, MOST)!;
    const key = "k-" + "a".repeat(14);
    expect<string>(findIn(finder, [key + "bc d"])).toBe("<0:" + key + "+bc> d");
    expect<string>(findIn(finder, [key, "b", "", "c", " d", ""])).toBe("<0:" + key + "+bc> d");
    expect<string>(findIn(finder, [key])).toBe("<0:" + key + "+>");
    // One character less is not cut.
    expect<string>(findIn(finder, ["k-" + "a".repeat(13), ""])).toBe("<0:k-" + "a".repeat(13) + ">");
    // A match that needs more characters than are held is not found.
    expect<string>(findIn(finder, ["1".repeat(20)])).toBe("1".repeat(20));
  });

  test("asks a check for each match, and takes a shorter one that it accepts", () => {
    const check = new EndsInZero();
    const finder = PatternFinder.compile(["[0-9]+", "[0-9]x"], MOST, check)!;
    expect<string>(findIn(finder, ["12301 7x 45"])).toBe("<0:1230>1 <1:7x> 45");
  });

  test("refuses what is no pattern", () => {
    const error = new PatternError();
    expect(PatternFinder.compile(["a", "("], MOST, null, error) === null).toBe(true);
    expect(error.message.length > 0).toBe(true);
  });

  test("works in proportion to the text", () => {
    const finder = PatternFinder.compile(["(?:x+x+)+y", "[a-z]+@"], MOST)!;
    const before = finder.steps;
    const size = 20_000;
    findIn(finder, ["x".repeat(size)]);
    expect(finder.steps - before < <u64>(size * 2)).toBe(true);
  });

  test("finds the same in a long text as in its pieces", () => {
    const patterns = ["\\b[a-z]+@[a-z]+\\.[a-z]{2,}\\b", "1[3-9][0-9]{9}", "[a-f]+!", "[0-9]{4,}$"];
    const check = new EndsInZero();
    const finder = PatternFinder.compile(patterns, MOST)!;
    const checked = PatternFinder.compile(["[0-9]{3}", "1[0-9]{4}"], MOST, check)!;
    const parts = [
      "bob@ex.org ",
      "13800138000",
      "aaaaaaaaaaaaaaaaaaaaaaaa",
      "cafe!",
      "\u{e9}\u{1f600}",
      "\\ud83d\\ude00",
      "\\n",
      "1230",
      "bob@",
      "12345 ",
      "x",
    ];
    let seed: u32 = 7;
    for (let round = 0; round < 40; round++) {
      const pieces: string[] = [];
      let text = "";
      for (let i = 0; i < 60; i++) {
        seed = seed * 1664525 + 1013904223;
        const part = parts[(seed >> 8) % parts.length];
        pieces.push(part);
        text += part;
      }
      expect<string>(findIn(finder, [text])).toBe(findIn(finder, pieces));
      expect<string>(findIn(checked, [text])).toBe(findIn(checked, pieces));
    }
  });

  test("finds the same after the states were dropped", () => {
    // Each of these patterns has states of its own.
    const patterns: string[] = [];
    for (let i = 0; i < 200; i++)
      patterns.push("[a-" + String.fromCharCode(0x62 + (i % 24)) + "]{1,12}" + i.toString());
    const finder = PatternFinder.compile(patterns, MOST)!;
    let text = "";
    for (let i = 0; i < 3000; i++)
      text += String.fromCharCode(0x61 + ((i * 7919) % 25)) + (i % 9 == 0 ? (i % 200).toString() : "");
    const once = findIn(finder, [text, ""]);
    expect<string>(findIn(finder, [text, ""])).toBe(once);
    expect(once.includes("<")).toBe(true);
  });
});
