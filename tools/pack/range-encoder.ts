/** Twice the chance of a bit of which nothing is known, as `Models` counts chances. */
const ONE = 1 << 11;
/** A new bit moves a chance by 1/16 of what is left. */
const RATE = 4;
/** Below it the range is widened by a byte. */
const LEAST_RANGE = 1 << 24;

/** The information of each chance is rounded to 1/64 bit. */
const COST_SCALE = 64;
const COSTS = Array.from({ length: ONE + 1 }, (_, chance) => Math.round(-Math.log2(chance / ONE) * COST_SCALE));

/** The chances of the bits of a message, each that of a 0 in 1/2048: they follow what was seen. The decoder has the same. */
export class Models {
  private readonly chances: Uint16Array;

  constructor(readonly count: number) {
    this.chances = new Uint16Array(count).fill(ONE / 2);
  }

  /** The bits of information in a bit, times `COST_SCALE`: a whole number, so that sums are the same on every machine. */
  cost(model: number, bit: number): number {
    const chance = this.chances[model];
    return COSTS[bit ? ONE - chance : chance];
  }

  /** The part of the range for a 0, and the chance as it is from now on. */
  split(model: number, range: number, bit: number): number {
    const chance = this.chances[model];
    this.chances[model] = bit ? chance - (chance >>> RATE) : chance + ((ONE - chance) >>> RATE);
    return (range >>> 11) * chance;
  }
}

/** Writes bits by their chances: a range coder, as in the LZMA specification (https://www.7-zip.org/sdk.html). */
export class RangeEncoder {
  private low = 0;
  private range = 0xffffffff;
  private readonly bytes: number[] = [];

  constructor(private readonly models: Models) {}

  bit(model: number, bit: number): void {
    const bound = this.models.split(model, this.range, bit);
    if (bit) {
      this.low += bound;
      this.range -= bound;
    } else this.range = bound;
    while (this.range < LEAST_RANGE) {
      this.range = (this.range << 8) >>> 0;
      this.shift();
    }
  }

  /** The bytes of the message. */
  finish(): Uint8Array {
    for (let i = 0; i < 4; i++) this.shift();
    return Buffer.from(this.bytes);
  }

  /** Writes the highest byte of `low`; a carry goes into the bytes before it. */
  private shift(): void {
    if (this.low > 0xffffffff) {
      let at = this.bytes.length - 1;
      while (this.bytes[at] === 0xff) this.bytes[at--] = 0;
      this.bytes[at]++;
      this.low -= 0x100000000;
    }
    this.bytes.push(this.low >>> 24);
    this.low = (this.low * 0x100) % 0x100000000;
  }
}
