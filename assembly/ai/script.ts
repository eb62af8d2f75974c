/** The kinds of characters of which text is made, as far as tokenizers treat them differently. */
export const enum Script {
  Space,
  LineEnd,
  Digit,
  Lower,
  Upper,
  /** Latin letters with the accents of western Europe. */
  Western,
  /** Those of German and the languages of the north. */
  Northern,
  /** Other Latin letters: those of eastern Europe, Turkey and Vietnam. */
  Eastern,
  Greek,
  Cyrillic,
  /** Cyrillic letters that Russian does not have. */
  OtherCyrillic,
  Hebrew,
  Arabic,
  /** Devanagari and Bengali. */
  Indic,
  /** Other scripts of India, and those of Armenia, Georgia and Sri Lanka. */
  OtherIndic,
  Thai,
  /** Khmer and Burmese. */
  Khmer,
  Hangul,
  Han,
  /** Common characters that only traditional Chinese has. */
  Traditional,
  Hiragana,
  Katakana,
  Emoji,
  /** Punctuation and symbols. */
  Symbol,
  /** Letters of all other scripts. */
  Rare,
}

/** The kind of a character. */
export function scriptOf(point: u32): Script {
  if (point < 0x80) return ofAscii(point);
  if (point >= 0x3000) return ofEast(point);
  if (point < 0x2000) return ofWest(point);
  return point >= 0x2600 && point < 0x27c0 ? Script.Emoji : Script.Symbol;
}

// @ts-ignore: decorator
@inline
function ofAscii(point: u32): Script {
  if (point - 0x61 < 26) return Script.Lower;
  if (point == 0x20 || point == 0x09) return Script.Space;
  if (point - 0x41 < 26) return Script.Upper;
  if (point - 0x30 < 10) return Script.Digit;
  return point == 0x0a || point == 0x0d ? Script.LineEnd : Script.Symbol;
}

/** From Latin letters to those of Africa. https://www.unicode.org/Public/UNIDATA/Blocks.txt */
function ofWest(point: u32): Script {
  if (point < 0x100)
    return point == 0xa0
      ? Script.Space
      : point < 0xc0 || point == 0xd7 || point == 0xf7
        ? Script.Symbol
        : ofAccent(point | 0x20);
  // French has œ.
  if (point < 0x370) return (point | 1) == 0x153 ? Script.Western : Script.Eastern;
  if (point < 0x400) return Script.Greek;
  if (point < 0x530) return isRussian(point) ? Script.Cyrillic : Script.OtherCyrillic;
  if (point < 0x590) return Script.OtherIndic;
  if (point < 0x600) return Script.Hebrew;
  if (point < 0x780) return Script.Arabic;
  if (point < 0x900) return Script.Rare;
  if (point < 0xa00) return Script.Indic;
  if (point < 0xe00) return Script.OtherIndic;
  if (point < 0xe80) return Script.Thai;
  if (point < 0x1000) return Script.Rare;
  if (point < 0x10a0) return Script.Khmer;
  if (point < 0x1100) return Script.OtherIndic;
  if (point < 0x1200) return Script.Hangul;
  if (point - 0x1780 < 0x80) return Script.Khmer;
  return point - 0x1e00 < 0x100 ? Script.Eastern : Script.Rare;
}

/** Of an accented letter in lower case: ä å æ ö ø ü ß. */
function ofAccent(point: u32): Script {
  switch (point) {
    case 0xe4:
    case 0xe5:
    case 0xe6:
    case 0xf6:
    case 0xf8:
    case 0xfc:
    case 0xff:
      return Script.Northern;
    default:
      return Script.Western;
  }
}

function isRussian(point: u32): bool {
  return point - 0x410 < 0x40 || point == 0x401 || point == 0x451;
}

/** From the punctuation of Chinese to emoji. */
function ofEast(point: u32): Script {
  if (point < 0x3040) return Script.Symbol;
  if (point < 0x30a0) return Script.Hiragana;
  if (point < 0x3100) return Script.Katakana;
  if (point < 0x3400) return Script.Symbol;
  if (point < 0xa000) return isTraditional(point) ? Script.Traditional : Script.Han;
  if (point - 0xac00 < 0x2bb0) return Script.Hangul;
  if (point - 0xf900 < 0x200) return Script.Han;
  if (point - 0xff00 < 0xf0) return Script.Symbol;
  if (point - 0xfe00 < 0x70) return Script.Symbol;
  if (point - 0x1f000 < 0xc00) return Script.Emoji;
  return Script.Rare;
}

/** 個們來後國學對時會為說這 */
function isTraditional(point: u32): bool {
  switch (point) {
    case 0x500b:
    case 0x5011:
    case 0x4f86:
    case 0x5f8c:
    case 0x570b:
    case 0x5b78:
    case 0x5c0d:
    case 0x6642:
    case 0x6703:
    case 0x70ba:
    case 0x8aaa:
    case 0x9019:
      return true;
    default:
      return false;
  }
}
