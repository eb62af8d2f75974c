// Writes the static data of a release, which its file holds compressed, to where the compiler placed it. The build passes this file
// to the compiler before the entry, so that this runs before any other statement; `tools/pack` has the format.

/** The models, and how many there are: `tools/pack/tokens.ts` names them. */
const AGAIN = 16;
const WIDE = 17;
const LENGTHS = 32;
const DISTANCES = 304;
const HIGH = 576;
const LOW = 832;
const MODELS: usize = LOW + 16 * 256;

const EVEN_CHANCE = 1 << 10;
const RATE = 4;
const LEAST_RANGE: u32 = 1 << 24;

let models: usize = 0;
let from: usize = 0;
let range: u32 = u32.MAX_VALUE;
let code: u32 = 0;

function unpack(): void {
  const end = (<usize>memory.size()) << 16;
  const size = load<u32>(end - 4);
  if (!size) return;
  from = end - size;
  models = (from & ~1) - (MODELS << 1);
  for (let i: usize = 0; i < MODELS; i++) store<u16>(models + (i << 1), EVEN_CHANCE);
  for (let i = 0; i < 4; i++) code = (code << 8) | load<u8>(from++);
  const start = load<u32>(end - 12);
  const dataEnd = load<u32>(end - 8);
  let last: u32 = 0;
  let wasCopy: u32 = 0;
  for (let to = start; to < dataEnd;) {
    const isCopy = bit((((to - start) >> 1) & 7) * 2 + wasCopy);
    if (isCopy) {
      if (!bit(AGAIN)) last = number(DISTANCES) << 1;
      // Unit by unit: a run of equal units is copied from itself.
      for (let left = number(LENGTHS) + 1; left; left--, to += 2) store<u16>(to, load<u16>(to - last));
    } else {
      const high = bit(WIDE) ? tree(HIGH, 8) : 0;
      const before = to == start ? 0 : <u32>load<u8>(to - 2);
      store<u16>(to, (high << 8) | tree(LOW + ((wasCopy << 3) | (before >> 5)) * 256, 8));
      to += 2;
    }
    wasCopy = isCopy;
  }
  memory.fill(models, 0, end - models);
}

/** Reads a bit, and moves the chance of its model by 1/16 of what is left. */
function bit(model: u32): u32 {
  const place = models + (model << 1);
  const chance = <u32>load<u16>(place);
  const bound = (range >> 11) * chance;
  const isOne = <u32>(code >= bound);
  if (isOne) {
    code -= bound;
    range -= bound;
    store<u16>(place, chance - (chance >> RATE));
  } else {
    range = bound;
    store<u16>(place, chance + ((2 * EVEN_CHANCE - chance) >> RATE));
  }
  while (range < LEAST_RANGE) {
    range <<= 8;
    code = (code << 8) | load<u8>(from++);
  }
  return isOne;
}

/** Reads a number of so many bits, the highest first. */
function tree(model: u32, bits: u32): u32 {
  let node: u32 = 1;
  for (let i = bits; i; i--) node = (node << 1) | bit(model + node);
  return node - (1 << bits);
}

/** Reads a number from 1 on: how many bits follow the first one, and these. */
function number(model: u32): u32 {
  const bits = tree(model, 4);
  let value: u32 = 1;
  for (let i = bits; i; i--) value = (value << 1) | bit(model + 15 + bits * 16 + i);
  return value;
}

unpack();
