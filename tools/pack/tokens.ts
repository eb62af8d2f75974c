// What is written, each as bits that are coded by their chances:
//
// - 0, then the unit: whether its high byte is not 0, that byte, and the low one;
// - 1, then whether the distance is that of the copy before; if not, the distance; then how many units are copied, minus 1.
//
// The numbers are those of the models, which `assembly/abi/unpack.ts` has too.
export const COPIES = 0;
export const AGAIN = 16;
const WIDE = 17;
export const LENGTHS = 32;
export const DISTANCES = LENGTHS + 16 + 256;
const HIGH = DISTANCES + 16 + 256;
const LOW = HIGH + 256;

/** The number of models. */
export const MODELS = LOW + 16 * 256;

/** The memory for the chances while the data is written, and one byte to begin at an even address. */
export const MODEL_BYTES = MODELS * 2 + 1;

/** What is written at one place: one unit as it is, or a copy of earlier ones. */
export interface Token {
  units: number;
  /** How many units before; 0 for a unit as it is. */
  distance: number;
}

/** One bit of a token, and its model. */
type Visit = (model: number, bit: number) => void;

/** Visits the bits of a token that is written at a place; `last` is the distance of the copy before it, `wasCopy` 1 behind a copy, else 0. */
export function bitsOf(
  token: Token,
  units: Uint16Array,
  at: number,
  last: number,
  wasCopy: number,
  visit: Visit,
): void {
  const isCopy = token.distance ? 1 : 0;
  visit(COPIES + (at & 7) * 2 + wasCopy, isCopy);
  if (!isCopy) return unitBits(units, at, wasCopy, visit);
  const again = token.distance === last ? 1 : 0;
  visit(AGAIN, again);
  if (!again) numberBits(DISTANCES, token.distance, visit);
  numberBits(LENGTHS, token.units - 1, visit);
}

function unitBits(units: Uint16Array, at: number, wasCopy: number, visit: Visit): void {
  const high = units[at] >> 8;
  visit(WIDE, high ? 1 : 0);
  if (high) treeBits(HIGH, 8, high, visit);
  const before = at ? units[at - 1] & 0xff : 0;
  treeBits(LOW + (before >> 5) * 256 + wasCopy * 2048, 8, units[at] & 0xff, visit);
}

/** Visits the bits of a number from 1 on: how many bits follow the first one, and these. */
export function numberBits(model: number, value: number, visit: Visit): void {
  const bits = 31 - Math.clz32(value);
  treeBits(model, 4, bits, visit);
  for (let i = bits - 1; i >= 0; i--) visit(model + 16 + bits * 16 + i, (value >> i) & 1);
}

/** The bits of a number, the highest first: each has a model for what precedes it. */
function treeBits(model: number, bits: number, value: number, visit: Visit): void {
  for (let i = bits - 1, node = 1; i >= 0; i--) {
    const bit = (value >> i) & 1;
    visit(model + node, bit);
    node = node * 2 + bit;
  }
}
