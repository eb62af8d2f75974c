import { byteAt, Slice, sliceSize } from "../../assembly/bytes/slice";

/** A condition on a text beyond its pattern. Each also checks the form, so that one text can be tried with all. */
export const enum Check {
  None,
  /** A number of a payment card, with Luhn's check digit (ISO/IEC 7812-1). */
  Card,
  /** A number of a Chinese identity card, with its check character (GB 11643, ISO 7064 MOD 11-2). */
  ChineseId,
  /** An international bank account number (ISO 13616, ISO 7064 MOD 97-10). */
  Iban,
  /** A social security number of the USA that can be issued: https://www.ssa.gov/employer/randomization.html */
  SocialSecurity,
}

/** Whether the text fulfils the condition. */
export function fulfils(check: Check, text: Slice): bool {
  switch (check) {
    case Check.Card:
      return isCard(text);
    case Check.ChineseId:
      return isChineseId(text);
    case Check.Iban:
      return isIban(text);
    case Check.SocialSecurity:
      return isSocialSecurity(text);
    default:
      return true;
  }
}

function isCard(text: Slice): bool {
  let sum = 0;
  let count = 0;
  for (let i = sliceSize(text) - 1; i >= 0; i--) {
    const digit = byteAt(text, i) - 0x30;
    if (digit > 9) {
      if (!isSeparator(byteAt(text, i))) return false;
      continue;
    }
    const weighted = count++ & 1 ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return count >= 13 && count <= 19 && sum % 10 == 0;
}

function isChineseId(text: Slice): bool {
  if (sliceSize(text) != 18) return false;
  let remainder: u32 = 0;
  for (let i = 0; i < 18; i++) {
    const byte = byteAt(text, i);
    const isX = i == 17 && (byte | 0x20) == 0x78;
    if (!isX && byte - 0x30 > 9) return false;
    remainder = (remainder * 2 + (isX ? 10 : byte - 0x30)) % 11;
  }
  return remainder == 1;
}

function isIban(text: Slice): bool {
  const size = sliceSize(text);
  let remainder: u32 = 0;
  let count = 0;
  // The first four characters come last.
  for (let round = 0; round < 2; round++) {
    const end = round ? min(4, size) : size;
    for (let i = round ? 0 : 4; i < end; i++) {
      const byte = byteAt(text, i);
      if (byte == 0x20 && i > 3) continue;
      const isLetter = byte - 0x41 < 26;
      if (!isLetter && byte - 0x30 > 9) return false;
      remainder = isLetter ? (remainder * 100 + byte - 0x37) % 97 : (remainder * 10 + byte - 0x30) % 97;
      count++;
    }
  }
  return count >= 15 && count <= 34 && remainder == 1;
}

function isSocialSecurity(text: Slice): bool {
  if (sliceSize(text) != 11) return false;
  let area = 0;
  let group = 0;
  let serial = 0;
  for (let i = 0; i < 11; i++) {
    const byte = byteAt(text, i);
    if (i == 3 || i == 6) {
      if (byte != 0x2d) return false;
      continue;
    }
    const digit = byte - 0x30;
    if (digit > 9) return false;
    if (i < 3) area = area * 10 + digit;
    else if (i < 6) group = group * 10 + digit;
    else serial = serial * 10 + digit;
  }
  return area != 0 && area != 666 && area < 900 && group != 0 && serial != 0;
}

function isSeparator(byte: u32): bool {
  return byte == 0x20 || byte == 0x2d;
}
