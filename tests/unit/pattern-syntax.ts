import assert from "node:assert/strict";
import { test } from "node:test";
import { compile, Flags, find, matches, memoryBytes, replace, search } from "./pattern-engine.ts";

/** The results of Go's `regexp` where JavaScript differs or lacks the syntax: spans of all groups. */
const FOUND: [pattern: string, text: string, spans: number[] | null][] = [
  ["(|a)*", "aa", [0, 0, 0, 0]],
  ["(|a)+", "aa", [0, 0, 0, 0]],
  ["(a*)*", "b", [0, 0, 0, 0]],
  ["(a*)+", "b", [0, 0, 0, 0]],
  ["(a*|b)*", "ab", [0, 2, 1, 2]],
  ["(?:(a)|b)*", "ab", [0, 2, 0, 1]],
  ["(?:(a)|(b))*", "ab", [0, 2, 0, 1, 1, 2]],
  ["(a|ab)(c|bcd)(d*)", "abcd", [0, 4, 0, 1, 1, 4, 4, 4]],
  ["(a??)(ab?)", "ab", [0, 2, 0, 0, 0, 2]],
  ["(?U)a+", "aaa", [0, 1]],
  ["(?U)a+?", "aaa", [0, 3]],
  ["(a){0}b", "ab", [1, 2, -1, -1]],
  ["x{,2}", "x{,2}", [0, 5]],
  ["a{2", "a{2", [0, 3]],
  ["a{1}{", "a{", [0, 2]],
  ["(?i:a)b", "Ab", [0, 2]],
  ["(?i:a)b", "aB", null],
  ["(?i)a(?-i)b", "Ab", [0, 2]],
  ["(?i)a(?-i)b", "AB", null],
  ["a|(?i)b|c", "C", [0, 1]],
  ["(?i)[^s]", "ſs", null],
  ["(?s).", "\n", [0, 1]],
  [".", "\n", null],
  ["(?m)^b$", "a\nb\nc", [2, 3]],
  ["^b$", "a\nb\nc", null],
  ["a\\z", "a\n", null],
  ["\\bé", "é", null],
  ["\\B", "a", null],
  ["[^a]", "\n", [0, 1]],
  ["[[:word:]]+", "-a_1-", [1, 4]],
  ["[\\]\\-a]+", "a-]b", [0, 3]],
  ["[--a]", ".", [0, 1]],
  ["[\\d-z]", "-", [0, 1]],
  ["[a-]+", "-a", [0, 2]],
  ["\\x41\\x{1F600}", "A😀", [0, 5]],
  ["\\a\\f\\t\\n\\r\\v", "\x07\f\t\n\r\v", [0, 6]],
  ["\\_\\-\\/\\.", "_-/.", [0, 4]],
  ["]}{", "]}{", [0, 3]],
  ["()", "a", [0, 0, 0, 0]],
  ["a||b", "b", [0, 0]],
  ["^*a", "a", [0, 1]],
  ["(^a|b)+", "bab", [0, 1, 0, 1]],
];

const REFUSED: [pattern: string, offset: number, reason: string][] = [
  ["(a", 0, "this ( has no )"],
  ["a(b(c)", 1, "this ( has no )"],
  ["ab)", 2, "this ) has no ("],
  ["*a", 0, "there is nothing to repeat before this"],
  ["a|+", 2, "there is nothing to repeat before this"],
  ["(?i){2}", 4, "there is nothing to repeat before this"],
  ["a**", 2, "a repetition cannot be repeated: put it into (?:…)"],
  ["a++", 2, "a repetition cannot be repeated: put it into (?:…)"],
  ["a{2}{3}", 4, "a repetition cannot be repeated: put it into (?:…)"],
  ["a{3,2}", 1, "the most is less than the least"],
  ["a{1001}", 1, "repeats more than 1000 times"],
  ["a{99999999999}", 1, "repeats more than 1000 times"],
  ["(?:a{1000}){3}", 11, "the pattern is too large"],
  ["漢😀(?:a{1000}){3}", 13, "the pattern is too large"],
  ["a(?=b)", 1, "look-around is not supported"],
  ["a(?!b)", 1, "look-around is not supported"],
  ["(?<=a)b", 0, "look-around is not supported"],
  ["(?<!a)b", 0, "look-around is not supported"],
  ["(?>a)", 0, "this kind of group is not supported"],
  ["(?#a)", 0, "this kind of group is not supported"],
  ["(?P=a)", 0, "this kind of group is not supported"],
  ["(?i-)a", 0, "this kind of group is not supported"],
  ["(?i", 0, "this kind of group is not supported"],
  ["(?x)a", 0, "this kind of group is not supported"],
  ["(?<>a)", 0, "a group's name is letters, digits and _ between < and >"],
  ["(?P<a-b>a)", 0, "a group's name is letters, digits and _ between < and >"],
  ["(?P<a>b)(?<a>c)", 8, "there is a group of that name already"],
  ["(a)\\1", 3, "back-references are not supported"],
  ["\\k<a>", 0, "back-references are not supported"],
  ["\\p{L}", 0, "Unicode properties are not supported"],
  ["\\PN", 0, "Unicode properties are not supported"],
  ["a\\Z", 1, "\\Z is not supported"],
  ["\\Qa", 0, "\\Q is not supported"],
  ["[\\b]", 1, "\\b is not supported"],
  ["[\\é]", 1, "\\é is not supported"],
  ["a\\", 1, "nothing follows this backslash"],
  ["[\\", 1, "nothing follows this backslash"],
  ["\\x4", 0, "\\x needs two hexadecimal digits, or in braces the number of a character"],
  ["\\x{110000}", 0, "\\x needs two hexadecimal digits, or in braces the number of a character"],
  ["\\x{}", 0, "\\x needs two hexadecimal digits, or in braces the number of a character"],
  ["[a", 0, "this [ has no ]"],
  ["[]", 0, "this [ has no ]"],
  ["x[^]", 1, "this [ has no ]"],
  ["[z-a]", 1, "this range runs backwards"],
  ["[a-\\d]", 3, "\\d is not supported"],
  ["[[:foo:]]", 1, "there is no class of that name"],
  [`${"(?:".repeat(101)}${")".repeat(101)}`, 300, "more than 100 groups stand inside each other"],
  ["(a)".repeat(32), 93, "more than 31 groups capture: begin with (?: what need not"],
  ["a".repeat(2_001), 2_000, "the pattern is too large"],
];

for (const [pattern, text, spans] of FOUND) {
  test(`${JSON.stringify(pattern)} finds the same in ${JSON.stringify(text)} as Go`, () => {
    assert.equal(compile(pattern), "");
    assert.deepEqual(find(text)?.flat() ?? null, spans);
    assert.equal(search(text), spans !== null);
  });
}

for (const [pattern, offset, reason] of REFUSED) {
  test(`${pattern.slice(0, 30)} is refused: ${reason}`, () => {
    const repeated = pattern.length > 100 ? `${pattern.slice(0, 100)}…` : pattern;
    assert.equal(compile(pattern), `pattern "${repeated}", offset ${offset}: ${reason}`);
  });
}

test("patterns just within the limits are accepted", () => {
  const depth = `${"(?:".repeat(100)}a${")".repeat(100)}`;
  for (const pattern of [depth, "(a)".repeat(31), "a".repeat(2_000), "(?:a?){999}", "(?:ab){1,500}x"]) {
    assert.equal(compile(pattern), "", pattern.slice(0, 20));
  }
});

test("classes have so many ranges together, and no more", () => {
  const pattern = (count: number) => "[acegikmoqsuwyACEGIKMOQSUWY!#'%]".repeat(count);
  assert.equal(compile(pattern(266)), "");
  assert.match(compile(pattern(267)), /, offset 8512: the pattern is too large$/);
});

test("flags of a call hold for the whole pattern", () => {
  compile("a.c", Flags.ignoreCase | Flags.dotAll);
  assert.ok(search("xA\nCx"));
  compile("^b", Flags.multiLine);
  assert.ok(search("a\nb"));
  compile("a|b", Flags.whole);
  assert.deepEqual([search("a"), search("ab"), search("b"), search("\nb")], [true, false, true, false]);
  compile("a+", Flags.ungreedy);
  assert.deepEqual(find("aaa"), [[0, 1]]);
  compile("a.(*[\\", Flags.literal | Flags.ignoreCase);
  assert.deepEqual([search("xA.(*[\\y"), search("a-(*[\\")], [true, false]);
});

test("letters fold in the scripts that are known as in JavaScript, two by two", () => {
  const known = [
    [0x00, 0x17f],
    [0x386, 0x386],
    [0x388, 0x38f],
    [0x391, 0x3a1],
    [0x3a3, 0x3af],
    [0x3b1, 0x3cb],
    [0x3cc, 0x3ce],
    [0x400, 0x481],
    [0x48a, 0x52f],
    [0x531, 0x556],
    [0x561, 0x586],
    [0x1e9e, 0x1e9e],
    [0x212a, 0x212b],
    [0xff21, 0xff5a],
  ];
  const letters = known.flatMap(([first, last]) => Array.from({ length: last! - first! + 1 }, (_, i) => first! + i));
  const text = letters.map((letter) => String.fromCodePoint(letter)).join("");
  let partners = 0;
  for (const letter of letters) {
    const hexadecimal = letter.toString(16);
    const expected = text.match(new RegExp(`\\u{${hexadecimal}}`, "giu"))!;
    for (const pattern of [`\\x{${hexadecimal}}`, `[\\x{${hexadecimal}}]`]) {
      assert.equal(compile(pattern, Flags.ignoreCase), "");
      const others = replace(text, "").toString();
      assert.equal([...others].length, letters.length - expected.length, hexadecimal);
      for (const partner of expected) assert.ok(matches(partner), `${hexadecimal} ${partner}`);
    }
    partners += expected.length - 1;
  }
  assert.ok(partners > 600, `${partners}`);
});

test("characters of several bytes are one, and a malformed byte is one U+FFFD", () => {
  for (const character of ["\u0080", "é", "\u07ff", "\u0800", "漢", "\ud7ff", "\ue000", "\uffff", "😀", "\u{10ffff}"]) {
    for (const pattern of [".", "[^a]", character, `[${character}]`, `[a${character}]`, `[\\x{80}-\\x{10ffff}]`]) {
      compile(pattern);
      assert.ok(matches(character), pattern);
      assert.ok(!matches(character + character), pattern);
      assert.deepEqual(find(`\n${character}`), pattern === "[^a]" ? [[0, 1]] : [[1, 1 + Buffer.byteLength(character)]]);
    }
  }
  const malformed: [bytes: number[], characters: number][] = [
    [[0xff], 1],
    [[0x80], 1],
    [[0xc0, 0x80], 2],
    [[0xc3], 1],
    [[0xc3, 0x41], 2],
    [[0xe6, 0xbc], 2],
    [[0xe6, 0xbc, 0xc3, 0xa9], 3],
    [[0xed, 0xa0, 0x80], 3],
    [[0xf4, 0x90, 0x80, 0x80], 4],
    [[0xf0, 0x9f, 0x98], 3],
    [[0xe0, 0x80, 0x80], 3],
  ];
  for (const [bytes, characters] of malformed) {
    for (let count = 0; count < 6; count++) {
      compile(`.{${count}}`);
      assert.equal(matches(Buffer.from(bytes)), count === characters, `${bytes} as ${count}`);
    }
    compile("\ufffd");
    assert.ok(search(Buffer.from(bytes)), `${bytes}`);
  }
});

test("a search from an offset sees the text before it", () => {
  compile("\\ba|^b");
  assert.deepEqual(find("aab a", 1), [[4, 5]]);
  assert.equal(find("ab", 1), null);
});

test("templates are filled in as Go fills them in", () => {
  compile("^(?P<family>[a-z]+)-(\\d)?(.*)$");
  const replaced: [template: string, result: string][] = [
    ["$1", "gpt"],
    ["${1}", "gpt"],
    ["$family", "gpt"],
    ["${family}x", "gptx"],
    ["$familyx", ""],
    ["$1x", ""],
    ["${1}x", "gptx"],
    ["$2|$3", "4|o"],
    ["$0", "gpt-4o"],
    ["$4", ""],
    ["$99999999999", ""],
    ["$01", ""],
    ["$$1", "$1"],
    ["$", "$"],
    ["a$", "a$"],
    ["$-", "$-"],
    ["${", "${"],
    ["${1", "${1"],
    ["${}", "${}"],
    ["${1-}", "${1-}"],
    ["$1-$1", "gpt-gpt"],
    ["$1_", ""],
    ["é$1漢", "é"],
  ];
  for (const [template, result] of replaced) assert.equal(replace("gpt-4o", template).toString(), result, template);
  assert.equal(replace("gpt-x", "[$2]").toString(), "[]");
  assert.equal(replace("nothing", "[$2]").toString(), "nothing");
  compile("b*");
  assert.equal(replace("abc", "x").toString(), "xaxcx");
  assert.equal(replace("é", "x").toString(), "xéx");
});

test("matching and refusing do not change the memory size", () => {
  compile("(a+)(b|c)*?(?i:x{1,5})");
  for (let i = 0; i < 100; i++) compile(`(a+)(b|c)*?[${String.fromCharCode(97 + (i % 26))}-\\x{fff}](`);
  replace("aabbccX".repeat(1_000), "$1$2");
  const before = memoryBytes();
  for (let i = 0; i < 20_000; i++) replace("aabbccX".repeat(10), "$1$2");
  for (let i = 0; i < 2_000; i++) compile(`(a+)(b|c)*?[${String.fromCharCode(97 + (i % 26))}-\\x{fff}](`);
  assert.equal(memoryBytes(), before);
});
