import { leb } from "./binary.ts";

/** The longest runs that one token states, in units. */
const MAX_NARROW = 0x80;
const MAX_WIDE = 0x40;
const MAX_COPY = 0x41;

/** How many earlier places a copy is searched at. */
const MAX_PLACES = 2_000;

/** What is written at one place: units as they are, or a copy. */
interface Token {
  units: number;
  /** 1 or 2 bytes for each unit that is written as it is; 0 for a copy. */
  width: 0 | 1 | 2;
  distance: number;
}

/**
 * The shortest tokens for these units. A token begins with one byte:
 *
 * - `00` to `7F`: that many units plus one follow, with one byte each (their high byte is 0);
 * - `80` to `BF`: that many units (the low 6 bits) plus one follow, with two bytes each;
 * - `C0` to `FF`: that many units (the low 6 bits) plus two are copied from an earlier place. Its distance, in units, follows as LEB128.
 *
 * Works from the end, so that the costs of what follows a token are known.
 */
export function compressed(units: Uint16Array): Uint8Array {
  const places = earlierPlaces(units);
  const costs = new Float64Array(units.length + 1);
  const best: Token[] = [];
  for (let at = units.length - 1; at >= 0; at--) {
    costs[at] = Infinity;
    const consider = (count: number, width: 0 | 1 | 2, bytes: number, distance = 0) => {
      const cost = bytes + costs[at + count];
      if (cost < costs[at]) ((costs[at] = cost), (best[at] = { units: count, width, distance }));
    };
    const left = units.length - at;
    for (let n = 1; n <= Math.min(left, MAX_WIDE); n++) consider(n, 2, 1 + 2 * n);
    for (let n = 1; n <= Math.min(left, MAX_NARROW) && units[at + n - 1] < 0x100; n++) consider(n, 1, 1 + n);
    let longest = 1;
    for (let from = places[at], tries = 0; from >= 0 && tries < MAX_PLACES; from = places[from], tries++) {
      const most = Math.min(left, MAX_COPY);
      let same = 2;
      while (same < most && units[from + same] === units[at + same]) same++;
      const bytes = 1 + leb(at - from).length;
      for (; longest < Math.min(same, most); longest++) consider(longest + 1, 0, bytes, at - from);
      if (longest === most) break;
    }
  }
  const parts: Uint8Array[] = [];
  for (let at = 0; at < units.length; at += best[at].units) parts.push(written(best[at], units, at));
  return Buffer.concat(parts);
}

/** For each place the last one before it that begins with the same two units, or -1. */
function earlierPlaces(units: Uint16Array): Int32Array {
  const last = new Map<number, number>();
  return Int32Array.from(units, (unit, at) => {
    if (at + 1 === units.length) return -1;
    const pair = unit * 0x10000 + units[at + 1];
    const place = last.get(pair) ?? -1;
    last.set(pair, at);
    return place;
  });
}

function written({ units: count, width, distance }: Token, units: Uint16Array, at: number): Uint8Array {
  if (width === 0) return Buffer.concat([Buffer.from([0xc0 + count - 2]), leb(distance)]);
  const values = [...units.subarray(at, at + count)];
  if (width === 1) return Buffer.from([count - 1, ...values]);
  return Buffer.from([0x80 + count - 1, ...values.flatMap((value) => [value & 0xff, value >> 8])]);
}
