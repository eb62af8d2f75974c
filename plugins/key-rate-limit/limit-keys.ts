import { Slice, sliceOfBuffer } from "../../assembly/bytes/slice";
import { TextTable } from "../../assembly/bytes/text-table";
import { CoveredBlocks } from "../../assembly/limit/covered-blocks";
import { AddressBlock, AnyValue, KeyMatch } from "../../assembly/limit/key-match";
import { Limit } from "./limit";

const SAME = "is the same as one before";

/**
 * The limits of one configuration in their order: the first one that covers a value applies. A limit that no value can reach
 * is not added: the methods return the reason, or "" for a limit that was added.
 */
export class LimitKeys {
  private readonly texts: TextTable = new TextTable();
  /** For each text the index of its limit. */
  private readonly places: i32[] = [];
  private readonly matches: KeyMatch[] = [];
  /** For each match the index of its limit. */
  private readonly matchPlaces: i32[] = [];
  private readonly limits: Limit[] = [];
  /** The keys of matches that are not blocks, as in the configuration. */
  private readonly written: TextTable = new TextTable();
  private readonly blocks: CoveredBlocks = new CoveredBlocks();
  private coversAll: bool = false;

  /** Appends a limit for one value. */
  addText(text: string, limit: Limit): string {
    const bytes = String.UTF8.encode(text);
    if (this.texts.find(sliceOfBuffer(bytes)) >= 0) return SAME;
    if (this.coversAll) return behind("*");
    this.texts.add(sliceOfBuffer(bytes));
    this.places.push(this.limits.length);
    this.limits.push(limit);
    return "";
  }

  /** Appends a limit for each of many values; `key` is the key in the configuration. */
  addMatch(match: KeyMatch, limit: Limit, key: string): string {
    const bytes = String.UTF8.encode(key);
    if (this.written.find(sliceOfBuffer(bytes)) >= 0) return SAME;
    this.written.add(sliceOfBuffer(bytes));
    if (this.coversAll) return behind("*");
    this.append(match, limit);
    this.coversAll = match instanceof AnyValue;
    return "";
  }

  /** Appends a limit for each address of a block. */
  addBlock(block: AddressBlock, limit: Limit): string {
    const bits = this.blocks.add(block);
    if (bits == block.bits) return SAME;
    if (this.coversAll) return behind("*");
    if (bits >= 0) return behind("a block that holds it");
    this.append(block, limit);
    return "";
  }

  /** The limit of a value; `null` if none covers it. */
  find(value: Slice): Limit | null {
    const text = this.texts.find(value);
    let place = text < 0 ? this.limits.length : this.places[text];
    for (let i = 0; i < this.matches.length && this.matchPlaces[i] < place; i++) {
      if (this.matches[i].covers(value)) place = this.matchPlaces[i];
    }
    return place < this.limits.length ? this.limits[place] : null;
  }

  private append(match: KeyMatch, limit: Limit): void {
    this.matches.push(match);
    this.matchPlaces.push(this.limits.length);
    this.limits.push(limit);
  }
}

function behind(what: string): string {
  return `is never reached: ${what} stands before it`;
}
