import { cheapest, copiesOf } from "./cheapest.ts";
import { Models, RangeEncoder } from "./range-encoder.ts";
import { bitsOf, MODELS, type Token } from "./tokens.ts";

/** How often the tokens are chosen again, by what they cost with the chances that the last choice led to. */
const ROUNDS = 4;

/** Writes the units as tokens, which cost as few bytes as was found. */
export function compressed(units: Uint16Array): Uint8Array {
  const copies = copiesOf(units);
  let best = encoded(units, cheapest(units, copies, new Models(MODELS)));
  for (let round = 1, models = best.models; round < ROUNDS; round++) {
    const next = encoded(units, cheapest(units, copies, models));
    models = next.models;
    if (next.bytes.length < best.bytes.length) best = next;
  }
  return best.bytes;
}

function encoded(units: Uint16Array, tokens: Token[]): { bytes: Uint8Array; models: Models } {
  const models = new Models(MODELS);
  const encoder = new RangeEncoder(models);
  let [at, last, wasCopy] = [0, 0, 0];
  for (const token of tokens) {
    bitsOf(token, units, at, last, wasCopy, (model, bit) => encoder.bit(model, bit));
    wasCopy = token.distance ? 1 : 0;
    last = token.distance || last;
    at += token.units;
  }
  return { bytes: encoder.finish(), models };
}
