import type { Models } from "./range-encoder.ts";
import { bitsOf, COPIES, AGAIN, DISTANCES, LENGTHS, numberBits, type Token } from "./tokens.ts";

/** How many earlier places a copy is searched at. */
const MAX_PLACES = 2_000;
/** The longest copy, in units. */
const MAX_COPY = 256;
/** The farthest copy: a number has at most 16 bits. */
const MAX_DISTANCE = 0xffff;

/** The cheapest way to a place: the token that leads there, and the distance of the last copy. */
interface Arrival {
  cost: number;
  token?: Token;
  last: number;
}

/** Chooses the tokens of these units that cost least by those models; `copies` are those of `copiesOf`. */
export function cheapest(units: Uint16Array, copies: Token[][], models: Models): Token[] {
  const arrivals: Arrival[] = Array.from({ length: units.length + 1 }, () => ({ cost: Infinity, last: 0 }));
  const numberCost = numberCosts(models);
  arrivals[0].cost = 0;
  for (let at = 0; at < units.length; at++) {
    const { cost: before, token: arrived, last } = arrivals[at];
    const wasCopy = arrived?.distance ? 1 : 0;
    const consider = (token: Token, cost: number) => {
      const next = arrivals[at + token.units];
      if (before + cost < next.cost) Object.assign(next, { cost: before + cost, token, last: token.distance || last });
    };
    const one = { units: 1, distance: 0 };
    let costOfOne = 0;
    bitsOf(one, units, at, last, wasCopy, (model, bit) => (costOfOne += models.cost(model, bit)));
    consider(one, costOfOne);
    const copy = models.cost(COPIES + (at & 7) * 2 + wasCopy, 1);
    const again = copy + models.cost(AGAIN, 1);
    const most = last ? sameUnits(units, at - last, at) : 0;
    for (let count = 2; count <= most; count++)
      consider({ units: count, distance: last }, again + numberCost(LENGTHS, count - 1));
    let count = 2;
    for (const { units: longest, distance } of copies[at]) {
      const other = copy + models.cost(AGAIN, 0) + numberCost(DISTANCES, distance);
      for (; count <= longest; count++) consider({ units: count, distance }, other + numberCost(LENGTHS, count - 1));
    }
  }
  const tokens: Token[] = [];
  for (let at = units.length; at > 0; at -= tokens[tokens.length - 1].units) tokens.push(arrivals[at].token!);
  return tokens.reverse();
}

/** For each place the copies that could be made there: each longer than the one before it, and from farther away. */
export function copiesOf(units: Uint16Array): Token[][] {
  const last = new Map<number, number>();
  const places = new Int32Array(units.length);
  return Array.from(units, (unit, at) => {
    if (at + 1 === units.length) return [];
    const pair = unit * 0x10000 + units[at + 1];
    places[at] = last.get(pair) ?? -1;
    last.set(pair, at);
    const found: Token[] = [];
    let longest = 1;
    for (let from = places[at], tries = 0; from >= 0 && tries < MAX_PLACES && longest < MAX_COPY; tries++) {
      if (at - from > MAX_DISTANCE) break;
      const same = sameUnits(units, from, at);
      if (same > longest) found.push({ units: (longest = same), distance: at - from });
      from = places[from];
    }
    return found;
  });
}

/** How many units are the same from both places on. */
function sameUnits(units: Uint16Array, from: number, at: number): number {
  const most = Math.min(units.length - at, MAX_COPY);
  let same = 0;
  while (same < most && units[from + same] === units[at + same]) same++;
  return same;
}

/** What numbers cost by those models: each is added up once. */
function numberCosts(models: Models): (model: number, value: number) => number {
  const known = new Map<number, number>();
  return (model, value) => {
    const key = model * 0x100000 + value;
    let cost = known.get(key);
    if (cost !== undefined) return cost;
    cost = 0;
    numberBits(model, value, (place, bit) => (cost! += models.cost(place, bit)));
    known.set(key, cost);
    return cost;
  };
}
