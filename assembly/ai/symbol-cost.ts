/** How much less a symbol and the word behind it cost together. */
export function joined(symbol: u32): i32 {
  switch (symbol) {
    case 0x2e:
    case 0x28:
    case 0x5f:
    case 0x3c:
      return 85;
    case 0x27:
      return 110;
    case 0x2d:
    case 0x2f:
    case 0x3a:
    case 0x40:
      return 45;
    default:
      return 0;
  }
}

/** `"`, `,`, `:` and brackets: their common combinations are tokens. */
export function isOfJson(point: u32): bool {
  const folded = point | 0x20;
  return point == 0x22 || point == 0x2c || point == 0x3a || folded == 0x7b || folded == 0x7d;
}

/** The symbols of base64 in texts and URLs. */
export function isOfBase64(point: u32): bool {
  return point == 0x2b || point == 0x2f || point == 0x2d || point == 0x5f;
}
