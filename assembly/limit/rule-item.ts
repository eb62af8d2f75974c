import { CONSUMER_HEADER } from "../ai/contract";
import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceOfBuffer } from "../bytes/slice";
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

/** Limits by one part of a request, as Higress's limiters read them: the first limit that covers the value applies. */
export class RuleItem {
  private readonly texts: TextTable = new TextTable();
  /** The rates of the texts, by their numbers. */
  private readonly rates: Rate[] = [];
  private readonly matches: KeyMatch[] = [];
  private readonly matchRates: Rate[] = [];
  private readonly written: TextTable = new TextTable();
  private readonly blocks: CoveredBlocks = new CoveredBlocks();
  private coversAll: bool = false;

  private constructor(
    private readonly kind: string,
    /** The name of the part in the keys of counters. */
    private readonly name: string,
    private readonly key: RequestKey,
  ) {}

  /** Reads one of `rule_items`. */
  static read(reader: ConfigReader, rates: RateReader): RuleItem {
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
    const item = itemOf(kind, reader);
    if (!reader.has("limit_keys")) reader.fail("limit_keys", "is required");
    reader.refuseEmptyList("limit_keys");
    const keys = reader.objects("limit_keys");
    for (let i = 0; i < keys.length; i++) item.add(keys[i], rates);
    return item;
  }

  /** Creates an item of a kind. */
  static of(kind: string, name: string, part: KeyPart, header: string): RuleItem {
    return new RuleItem(kind, name, new RequestKey(part, header));
  }

  /** Its kind and, if it has one, the name of its part of the request: `limit_by_header:x-team`. */
  get label(): string {
    return this.name.length ? `${this.kind}:${this.name}` : this.kind;
  }

  /** The value of a request, `ABSENT` if it has none; valid until the next call. */
  valueIn(headers: HeaderMap): Slice {
    return this.key.valueIn(headers);
  }

  /** The rate that applies to a value; `null` if none does. */
  rateOf(value: Slice): Rate | null {
    const text = this.texts.find(value);
    if (text >= 0) return this.rates[text];
    for (let i = 0; i < this.matches.length; i++) if (this.matches[i].covers(value)) return this.matchRates[i];
    return null;
  }

  /** Appends the part of a counter's key in front of the value, as Higress names it: kind, window and name. */
  writeGroup(out: ByteBuffer, rate: Rate): void {
    rate.writeWindow(out.text(this.kind).byte(COLON));
    out.byte(COLON).text(this.name).byte(COLON);
  }

  /** Appends the value, which ends the key. */
  writeValue(out: ByteBuffer, value: Slice): void {
    if (this.key.part == KeyPart.Address) formatAddress(value, out);
    else out.append(value);
  }

  private add(reader: ConfigReader, rates: RateReader): void {
    const key = reader.requiredTextOrNumber("key");
    const rate = rates.read(reader);
    if (!key.length) return;
    const fault = this.addKey(key, rate);
    if (fault.length) reader.fail("key", fault);
  }

  /** Returns an error, or "". */
  private addKey(key: string, rate: Rate): string {
    const bytes = String.UTF8.encode(key);
    if (this.written.find(sliceOfBuffer(bytes)) >= 0) return SAME;
    this.written.add(sliceOfBuffer(bytes));
    if (this.coversAll) return "is never reached: * stands before it";
    if (this.key.part == KeyPart.Address) return this.addBlock(key, rate);
    if (this.kind.startsWith("limit_by_per_")) return this.addMatch(key, rate);
    const fault = this.key.part == KeyPart.Header ? edgeFault(key) : "";
    if (fault.length) return fault;
    this.texts.add(sliceOfBuffer(bytes));
    this.rates.push(rate);
    return "";
  }

  private addBlock(key: string, rate: Rate): string {
    const block = AddressBlock.parse(key);
    if (!block) return "must be an address, or a block like 10.0.0.0/8";
    const bits = this.blocks.add(block);
    if (bits == block.bits) return SAME;
    if (bits >= 0) return "is never reached: a block that holds it stands before it";
    return this.push(block, rate);
  }

  private addMatch(key: string, rate: Rate): string {
    if (key == "*") {
      this.coversAll = true;
      return this.push(new AnyValue(), rate);
    }
    if (!key.startsWith(PATTERN)) return `must be *, or ${PATTERN} and a regular expression`;
    const error = new PatternError();
    const pattern = Pattern.compile(key.substring(PATTERN.length), PatternFlags.None, error);
    return pattern ? this.push(new PatternMatch(pattern), rate) : `is not supported: ${error.message}`;
  }

  private push(match: KeyMatch, rate: Rate): string {
    this.matches.push(match);
    this.matchRates.push(rate);
    return "";
  }
}

const COLON: u32 = 0x3a;

function itemOf(kind: string, reader: ConfigReader): RuleItem {
  if (kind == HEADER) return headerItem(kind, readHeaderName(reader, HEADER));
  if (kind == PER_HEADER) return headerItem(kind, readHeaderName(reader, PER_HEADER));
  if (kind == PARAMETER) return plainItem(kind, reader.requiredTextOrNumber(PARAMETER), KeyPart.Parameter);
  if (kind == PER_PARAMETER) return plainItem(kind, reader.requiredTextOrNumber(PER_PARAMETER), KeyPart.Parameter);
  if (kind == COOKIE) return plainItem(kind, reader.requiredTextOrNumber(COOKIE), KeyPart.Cookie);
  if (kind == PER_COOKIE) return plainItem(kind, reader.requiredTextOrNumber(PER_COOKIE), KeyPart.Cookie);
  if (kind == PER_ADDRESS)
    return RuleItem.of(kind, reader.text(PER_ADDRESS), KeyPart.Address, readAddressHeader(reader, PER_ADDRESS));
  // Its presence is enough, as in Higress.
  if (kind == CONSUMER || kind == PER_CONSUMER) reader.value(kind);
  return headerItem(kind, CONSUMER_HEADER);
}

function headerItem(kind: string, name: string): RuleItem {
  return RuleItem.of(kind, name, KeyPart.Header, name);
}

function plainItem(kind: string, name: string, part: KeyPart): RuleItem {
  return RuleItem.of(kind, name, part, name);
}
