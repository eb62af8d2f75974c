import { CONSUMER_HEADER } from "../ai/contract";
import { ByteBuffer } from "../bytes/buffer";
import { bufferOf, Slice, sliceOfBuffer, slicesEqual } from "../bytes/slice";
import { TextTable } from "../bytes/text-table";
import { exclusive } from "../config/exclusive";
import { edgeFault } from "../config/printable";
import { ConfigReader } from "../config/reader";
import { HeaderMap } from "../host/headers";
import { Pattern, PatternError, PatternFlags } from "../pattern/pattern";
import { formatAddress } from "./address";
import { CoveredBlocks } from "./covered-blocks";
import { readAddressHeader, readHeaderName } from "./key-names";
import { AddressBlock, AnyValue, KeyMatch, PatternMatch } from "./key-match";
import { Rate } from "./rate";
import { RateReader } from "./rate-reader";
import { KeyPart, RequestKey } from "./request-key";

const HEADER = "limit_by_header";
const PARAMETER = "limit_by_param";
const COOKIE = "limit_by_cookie";
const CONSUMER = "limit_by_consumer";
const PER_HEADER = "limit_by_per_header";
const PER_PARAMETER = "limit_by_per_param";
const PER_COOKIE = "limit_by_per_cookie";
const PER_CONSUMER = "limit_by_per_consumer";
const PER_ADDRESS = "limit_by_per_ip";

const PATTERN = "regexp:";
const SAME = "is the same as one before";

/** The guarding options of a rule item: without one of them more requests pass. */
export const RULE_ITEM_GUARDS: string[] = [
  HEADER,
  PARAMETER,
  COOKIE,
  CONSUMER,
  PER_HEADER,
  PER_PARAMETER,
  PER_COOKIE,
  PER_CONSUMER,
  PER_ADDRESS,
  "limit_keys",
  "key",
];

/** A limit of a rule item. */
export class ItemLimit {
  constructor(
    /** How much it allows. */
    readonly rate: Rate,
    /** What stands in front of the value in the keys of its counters. */
    readonly group: ArrayBuffer,
  ) {}
}

/** Limits by one part of a request, as Higress's limiters read them: the first limit that covers the value applies. */
export class RuleItem {
  private readonly texts: TextTable = new TextTable();
  /** The limits of the texts, by their numbers. */
  private readonly limits: ItemLimit[] = [];
  private readonly matches: KeyMatch[] = [];
  private readonly matchLimits: ItemLimit[] = [];
  private readonly written: TextTable = new TextTable();
  private readonly blocks: CoveredBlocks = new CoveredBlocks();
  private coversAll: bool = false;
  private lastGroup: ArrayBuffer | null = null;

  private constructor(
    private readonly kind: string,
    /** The name of the part in the keys of counters. */
    private readonly name: string,
    private readonly key: RequestKey,
    /** The beginning of the keys of counters. */
    private readonly prefix: string,
  ) {}

  /** Reads one of `rule_items`. `prefix` begins the key of every counter. */
  static read(reader: ConfigReader, rates: RateReader, prefix: string): RuleItem {
    let kind = exclusive(reader, HEADER, "");
    kind = exclusive(reader, PARAMETER, kind);
    kind = exclusive(reader, COOKIE, kind);
    kind = exclusive(reader, CONSUMER, kind);
    kind = exclusive(reader, PER_HEADER, kind);
    kind = exclusive(reader, PER_PARAMETER, kind);
    kind = exclusive(reader, PER_COOKIE, kind);
    kind = exclusive(reader, PER_CONSUMER, kind);
    kind = exclusive(reader, PER_ADDRESS, kind);
    if (!kind.length) reader.refuse("must say what is limited with one of the limit_by_ options");
    const item = itemOf(kind, reader, prefix);
    if (!reader.has("limit_keys")) reader.fail("limit_keys", "is required");
    reader.refuseEmptyList("limit_keys");
    const keys = reader.objects("limit_keys");
    for (let i = 0; i < keys.length; i++) item.add(keys[i], rates);
    return item;
  }

  /** Creates an item of a kind. */
  static of(kind: string, name: string, part: KeyPart, header: string, prefix: string): RuleItem {
    return new RuleItem(kind, name, new RequestKey(part, header), prefix);
  }

  /** Its kind and, if it has one, the name of its part of the request: `limit_by_header:x-team`. */
  get label(): string {
    return this.name.length ? `${this.kind}:${this.name}` : this.kind;
  }

  /** The value of a request, `ABSENT` if it has none; valid until the next call. */
  valueIn(headers: HeaderMap): Slice {
    return this.key.valueIn(headers);
  }

  /** The limit that applies to a value; `null` if none does. */
  limitOf(value: Slice): ItemLimit | null {
    const text = this.texts.count ? this.texts.find(value) : -1;
    if (text >= 0) return this.limits[text];
    for (let i = 0; i < this.matches.length; i++)
      if (unchecked(this.matches[i]).covers(value)) return unchecked(this.matchLimits[i]);
    return null;
  }

  /** Appends the value, which ends the key. */
  writeValue(out: ByteBuffer, value: Slice): void {
    if (this.key.part == KeyPart.Address) formatAddress(value, out);
    else out.append(value);
  }

  /** The part of a counter's key in front of the value, as Higress names it: kind, window and name. */
  private groupOf(rate: Rate): ArrayBuffer {
    const out = new ByteBuffer().text(this.prefix).text(this.kind).byte(COLON);
    rate.writeWindow(out);
    const group = out.byte(COLON).text(this.name).byte(COLON).slice;
    const last = this.lastGroup;
    // Most limits of an item have the same window.
    const shared = last !== null && slicesEqual(sliceOfBuffer(last), group) ? last : bufferOf(group);
    out.dispose();
    this.lastGroup = shared;
    return shared;
  }

  private add(reader: ConfigReader, rates: RateReader): void {
    const key = reader.requiredTextOrNumber("key");
    const rate = rates.read(reader);
    if (!key.length) return;
    const fault = this.addKey(key, new ItemLimit(rate, this.groupOf(rate)));
    if (fault.length) reader.fail("key", fault);
  }

  /** Returns an error, or "". */
  private addKey(key: string, limit: ItemLimit): string {
    const bytes = String.UTF8.encode(key);
    if (this.written.find(sliceOfBuffer(bytes)) >= 0) return SAME;
    this.written.add(sliceOfBuffer(bytes));
    if (this.coversAll) return "is never reached: * stands before it";
    if (this.key.part == KeyPart.Address) return this.addBlock(key, limit);
    if (this.kind.startsWith("limit_by_per_")) return this.addMatch(key, limit);
    const fault = this.key.part == KeyPart.Header ? edgeFault(key) : "";
    if (fault.length) return fault;
    this.texts.add(sliceOfBuffer(bytes));
    this.limits.push(limit);
    return "";
  }

  private addBlock(key: string, limit: ItemLimit): string {
    const block = AddressBlock.parse(key);
    if (!block) return "must be an address, or a block like 10.0.0.0/8";
    const bits = this.blocks.add(block);
    if (bits == block.bits) return SAME;
    if (bits >= 0) return "is never reached: a block that holds it stands before it";
    return this.push(block, limit);
  }

  private addMatch(key: string, limit: ItemLimit): string {
    if (key == "*") {
      this.coversAll = true;
      return this.push(new AnyValue(), limit);
    }
    if (!key.startsWith(PATTERN)) return `must be *, or ${PATTERN} and a regular expression`;
    const error = new PatternError();
    const pattern = Pattern.compile(key.substring(PATTERN.length), PatternFlags.None, error);
    return pattern ? this.push(new PatternMatch(pattern), limit) : `is not supported: ${error.message}`;
  }

  private push(match: KeyMatch, limit: ItemLimit): string {
    this.matches.push(match);
    this.matchLimits.push(limit);
    return "";
  }
}

const COLON: u32 = 0x3a;

function itemOf(kind: string, reader: ConfigReader, prefix: string): RuleItem {
  if (kind == HEADER) return headerItem(kind, readHeaderName(reader, HEADER), prefix);
  if (kind == PER_HEADER) return headerItem(kind, readHeaderName(reader, PER_HEADER), prefix);
  if (kind == PARAMETER) return plainItem(kind, reader.requiredTextOrNumber(PARAMETER), KeyPart.Parameter, prefix);
  if (kind == PER_PARAMETER)
    return plainItem(kind, reader.requiredTextOrNumber(PER_PARAMETER), KeyPart.Parameter, prefix);
  if (kind == COOKIE) return plainItem(kind, reader.requiredTextOrNumber(COOKIE), KeyPart.Cookie, prefix);
  if (kind == PER_COOKIE) return plainItem(kind, reader.requiredTextOrNumber(PER_COOKIE), KeyPart.Cookie, prefix);
  if (kind == PER_ADDRESS)
    return RuleItem.of(kind, reader.text(PER_ADDRESS), KeyPart.Address, readAddressHeader(reader, PER_ADDRESS), prefix);
  // Its presence is enough, as in Higress.
  if (kind == CONSUMER || kind == PER_CONSUMER) reader.value(kind);
  return headerItem(kind, CONSUMER_HEADER, prefix);
}

function headerItem(kind: string, name: string, prefix: string): RuleItem {
  return RuleItem.of(kind, name, KeyPart.Header, name, prefix);
}

function plainItem(kind: string, name: string, part: KeyPart, prefix: string): RuleItem {
  return RuleItem.of(kind, name, part, name, prefix);
}
