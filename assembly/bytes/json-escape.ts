/** The character of a backslash and this letter in a JSON string (RFC 8259, section 7), `u` excepted; any other letter is itself. */
export function characterOfEscape(letter: u32): u32 {
  switch (letter) {
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    case 0x6e:
      return 0x0a;
    case 0x72:
      return 0x0d;
    case 0x74:
      return 0x09;
    default:
      return letter;
  }
}
