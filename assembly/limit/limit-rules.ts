import { ByteBuffer } from "../bytes/buffer";
import { wordHashOf } from "../bytes/hash";
import { ABSENT, bufferOf, Slice, sliceOfBuffer, slicesEqual, sliceStart, subslice } from "../bytes/slice";
import { ConfigReader } from "../config/reader";
import { HeaderMap } from "../host/headers";
import { Rate, Unit } from "./rate";
import { RateReader } from "./rate-reader";
import { RULE_ITEM_GUARDS, RuleItem } from "./rule-item";

const MOST_ITEMS: i32 = 10;
/** The most limits of a request: those of the items and the global one. */
const MOST_LIMITS: i32 = MOST_ITEMS + 1;

// What `MatchedLimits` notes of each limit: the ends of its key and of its group, and its rule.
const KEY_END = 0;
const GROUP_END = 1;
const RULE = 2;
const MARKS = 3;

/** The limits of a request, each with the key of its counter. One object serves many requests. */
export class MatchedLimits {
  private readonly keys: ByteBuffer = new ByteBuffer();
  private readonly marks: StaticArray<i32> = new StaticArray<i32>(MARKS * MOST_LIMITS);
  private readonly rates: StaticArray<Rate | null> = new StaticArray<Rate | null>(MOST_LIMITS);
  /** The number of limits. */
  count: i32 = 0;

  /** Removes all. */
  clear(): void {
    this.keys.clear();
    this.count = 0;
  }

  /** The buffer to which the key of the next limit is written. */
  get buffer(): ByteBuffer {
    return this.keys;
  }

  /**
   * Adds a limit, whose key was written, of a rule (see `LimitRules.labelOf`). The group of the key is what stood in `buffer` at `groupEnd`.
   * Of two limits with the same counter the smaller one applies, and the counter is changed once.
   */
  add(rate: Rate, groupEnd: i32, rule: i32): void {
    const same = this.count ? this.withLastKey() : -1;
    if (same >= 0) {
      this.keys.endAt(sliceStart(this.keys.slice) + this.startOf(this.count));
      if (rate.count >= this.rateAt(same).count) return;
      unchecked((this.rates[same] = rate));
      unchecked((this.marks[MARKS * same + RULE] = rule));
      return;
    }
    const at = MARKS * this.count;
    unchecked((this.marks[at + KEY_END] = this.keys.size));
    unchecked((this.marks[at + GROUP_END] = groupEnd));
    unchecked((this.marks[at + RULE] = rule));
    unchecked((this.rates[this.count++] = rate));
  }

  /** The key of a counter. */
  keyAt(i: i32): Slice {
    return subslice(this.keys.slice, this.startOf(i), unchecked(this.marks[MARKS * i + KEY_END]));
  }

  /** The key of a counter without the value of the request: all counters of a rule item with the same window share it. */
  groupAt(i: i32): Slice {
    return subslice(this.keys.slice, this.startOf(i), unchecked(this.marks[MARKS * i + GROUP_END]));
  }

  /** The rate of a limit, whose index is less than `count`. */
  @inline
  rateAt(i: i32): Rate {
    return unchecked(this.rates[i])!;
  }

  /** The number of the rule of a limit, for `LimitRules.labelOf`. */
  ruleAt(i: i32): i32 {
    return unchecked(this.marks[MARKS * i + RULE]);
  }

  /** Whether a limit counts this. */
  hasUnit(unit: Unit): bool {
    for (let i = 0; i < this.count; i++) if (this.rateAt(i).unit == unit) return true;
    return false;
  }

  /** A hash of the key of a counter. */
  hashAt(i: i32): u64 {
    return wordHashOf(this.keyAt(i));
  }

  /** Frees memory above this size; the limits are gone. */
  release(limit: i32): void {
    this.keys.release(limit);
    this.clear();
  }

  /** Frees the memory. */
  free(): void {
    this.keys.dispose();
  }

  /** The limit whose key is also that which was written last; -1 if there is none. */
  private withLastKey(): i32 {
    const key = subslice(this.keys.slice, this.startOf(this.count));
    for (let i = 0; i < this.count; i++) if (slicesEqual(this.keyAt(i), key)) return i;
    return -1;
  }

  private startOf(i: i32): i32 {
    return i ? unchecked(this.marks[MARKS * (i - 1) + KEY_END]) : 0;
  }
}

/**
 * `rule_name`, `global_threshold` and `rule_items` of Higress's cluster limiters, in their newer meaning: the global limit applies to
 * every request, and each rule item that covers a request applies too.
 */
export class LimitRules {
  private readonly items: RuleItem[] = [];
  private readonly globalKey: ArrayBuffer;
  /** The names of the rules for metrics: the global one, then those of the items. */
  private readonly labels: ArrayBuffer[] = [];

  private constructor(
    prefix: string,
    private readonly global: Rate | null,
  ) {
    const key = new ByteBuffer().text(`${prefix}global_threshold:`);
    if (global) global.writeWindow(key);
    this.globalKey = bufferOf(key.slice);
    key.dispose();
  }

  /** Reads the options. `prefix` begins the key of every counter. */
  static read(prefix: string, rates: RateReader, reader: ConfigReader): LimitRules {
    reader.guards(RULE_ITEM_GUARDS);
    if (!reader.has("rule_name")) reader.fail("rule_name", "is required: equal names share their counters");
    const name = reader.textOrNumber("rule_name");
    const threshold = reader.object("global_threshold");
    // A hash tag keeps the keys of a rule on one node of a Redis Cluster.
    const keys = `${prefix}:{${name}}:`;
    const rules = new LimitRules(keys, threshold ? rates.read(threshold) : null);
    const items = reader.objects("rule_items");
    reader.refuseEmptyList("rule_items");
    if (items.length > MOST_ITEMS) reader.fail("rule_items", `must have at most ${MOST_ITEMS} items`);
    rules.labels.push(String.UTF8.encode(`${name}:global_threshold`));
    for (let i = 0; i < items.length; i++) {
      const item = RuleItem.read(items[i], rates, keys);
      rules.items.push(item);
      rules.labels.push(String.UTF8.encode(`${name}:${item.label}`));
    }
    // An empty hash tag is none. https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
    if (!name.length && rules.labels.length > 2 - <i32>(threshold !== null) && reader.has("redis"))
      reader.warn("rule_name", "is empty: a Redis Cluster refuses the counters of requests that have several limits");
    if (!reader.has("global_threshold") && !reader.has("rule_items"))
      reader.refuse("must limit with global_threshold, rule_items, or both");
    return rules;
  }

  /** The name of a rule in metrics: `rule_name`, and the kind of the rule with the name of its part of the request: `chat:limit_by_header:x-team`. */
  labelOf(rule: i32): Slice {
    return sliceOfBuffer(this.labels[rule]);
  }

  /** Finds the limits of a request: the global one first, then those of the items in their order. */
  match(headers: HeaderMap, matched: MatchedLimits): void {
    matched.clear();
    const keys = matched.buffer;
    const global = this.global;
    if (global) {
      keys.append(sliceOfBuffer(this.globalKey));
      matched.add(global, keys.size, 0);
    }
    const items = this.items;
    for (let i = 0; i < items.length; i++) {
      const item = unchecked(items[i]);
      const value = item.valueIn(headers);
      if (value == ABSENT) continue;
      const limit = item.limitOf(value);
      if (!limit) continue;
      const groupEnd = keys.append(sliceOfBuffer(limit.group)).size;
      item.writeValue(keys, value);
      matched.add(limit.rate, groupEnd, i + 1);
    }
  }
}
