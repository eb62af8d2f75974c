import { ByteBuffer } from "../bytes/buffer";
import { wordHashOf } from "../bytes/hash";
import { ABSENT, Slice, sliceSize, slicesEqual, sliceStart } from "../bytes/slice";
import { jsonUtf8 } from "../json/string";
import { JsonTokens } from "../json/tokens";
import { MAX_DEPTH } from "../json/validate";
import { ConfigReport } from "./report";
import { freeUnmanaged } from "../bytes/unmanaged";
import { shownName } from "./spelling";

/** The most keys that are reported, one line each. */
const MOST_LINES = 10;
/** The most comparisons for each byte of the text, a bound on keys that are made to collide. */
const MOST_LOOKS = 8;
const FEWEST = 64;

const OBJECT: u32 = 0x7b;
const ARRAY: u32 = 0x5b;
const COMMA: u32 = 0x2c;

/**
 * Finds keys that occur twice in an object, at any depth of a valid JSON text: which of the two values applies is undefined.
 * Keeps the keys of the open objects, and takes linear time.
 */
export class DoubleKeys {
  /** The keys of all open objects in their order: the last ones belong to the innermost object. */
  private tokens: StaticArray<u64> = new StaticArray<u64>(FEWEST);
  private hashes: StaticArray<u64> = new StaticArray<u64>(FEWEST);
  private count: i32 = 0;
  /** A hash table of the keys: twice as many slots, each the number of a key plus one. */
  private slots: StaticArray<i32> = new StaticArray<i32>(2 * FEWEST);
  /** For each open container: its kind, its first key, and the current key or element. */
  private readonly kinds: StaticArray<u32> = new StaticArray<u32>(MAX_DEPTH);
  private readonly firsts: StaticArray<i32> = new StaticArray<i32>(MAX_DEPTH);
  private readonly names: StaticArray<u64> = new StaticArray<u64>(MAX_DEPTH);
  private readonly positions: StaticArray<i32> = new StaticArray<i32>(MAX_DEPTH);
  private depth: i32 = 0;
  private lines: i32 = 0;
  private looks: i64 = 0;
  private readonly one: ByteBuffer = new ByteBuffer();
  private readonly other: ByteBuffer = new ByteBuffer();

  private constructor(
    private readonly json: Slice,
    private readonly report: ConfigReport,
  ) {}

  /** Reports them with their paths. */
  static find(json: Slice, report: ConfigReport): void {
    const search = new DoubleKeys(json, report);
    search.walk();
    search.one.dispose();
    search.other.dispose();
  }

  private walk(): void {
    const tokens = new JsonTokens();
    tokens.begin(this.json);
    const most = <i64>MOST_LOOKS * sliceSize(this.json) + FEWEST;
    while (this.looks <= most && tokens.next()) {
      if (tokens.isKey) this.enter(tokens.token);
      else if ((tokens.first | 0x20) == OBJECT) this.open(tokens.first);
      else if ((tokens.first | 0x20) == OBJECT + 2) this.close();
      else if (tokens.first == COMMA) this.positions[this.depth - 1]++;
    }
    if (this.looks > most) this.report.errors.push("$ has too many keys that differ but have one hash");
    freeUnmanaged(tokens);
  }

  private open(kind: u32): void {
    const depth = this.depth++;
    this.kinds[depth] = kind;
    this.firsts[depth] = this.count;
    this.names[depth] = ABSENT;
    this.positions[depth] = 0;
  }

  /** Removes the keys of the innermost object, the last one first, so that the table is as it was before the object. */
  private close(): void {
    const first = this.firsts[--this.depth];
    while (this.count > first) this.slots[this.slotOf(--this.count)] = 0;
  }

  private enter(token: Slice): void {
    const depth = this.depth - 1;
    this.names[depth] = token;
    const name = jsonUtf8(token, this.one);
    // The depth is part of the hash, so that equal names at different depths do not collide.
    const hash = wordHashOf(name, depth);
    if (this.isThere(name, hash, this.firsts[depth])) {
      this.tell(token);
      return;
    }
    if (this.count == this.tokens.length) this.grow();
    this.tokens[this.count] = token;
    this.hashes[this.count] = hash;
    this.put(this.count++);
  }

  private isThere(name: Slice, hash: u64, first: i32): bool {
    const mask = this.slots.length - 1;
    let slot = (<i32>hash) & mask;
    for (let number = this.slots[slot] - 1; number >= 0; number = this.slots[slot] - 1) {
      this.looks++;
      if (number >= first && this.hashes[number] == hash) {
        if (slicesEqual(name, jsonUtf8(this.tokens[number], this.other))) return true;
      }
      slot = (slot + 1) & mask;
    }
    return false;
  }

  private tell(token: Slice): void {
    if (this.lines++ >= MOST_LINES) return;
    let path = "$";
    for (let i = 0; i < this.depth; i++) {
      path += this.kinds[i] == ARRAY ? `[${this.positions[i]}]` : `.${shownName(this.names[i])}`;
    }
    const at = <i32>(sliceStart(token) - sliceStart(this.json));
    this.report.errors.push(`${path} stands twice, the second time at byte ${at}: remove one of them`);
  }

  private put(number: i32): void {
    const mask = this.slots.length - 1;
    let slot = (<i32>this.hashes[number]) & mask;
    while (this.slots[slot]) slot = (slot + 1) & mask;
    this.slots[slot] = number + 1;
  }

  private slotOf(number: i32): i32 {
    const mask = this.slots.length - 1;
    let slot = (<i32>this.hashes[number]) & mask;
    while (this.slots[slot] != number + 1) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const size = 2 * this.tokens.length;
    this.tokens = copied(this.tokens, size);
    this.hashes = copied(this.hashes, size);
    this.slots = new StaticArray<i32>(2 * size);
    for (let number = 0; number < this.count; number++) this.put(number);
  }
}

function copied(from: StaticArray<u64>, size: i32): StaticArray<u64> {
  const to = new StaticArray<u64>(size);
  for (let i = 0; i < from.length; i++) unchecked((to[i] = from[i]));
  return to;
}
