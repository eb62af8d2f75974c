import { Slice, sliceOfBuffer } from "../../assembly/bytes/slice";
import { TextTable } from "../../assembly/bytes/text-table";
import { KeyMatch } from "./key-match";
import { Limit } from "./limit";

/** The limits of one configuration in their order: the first that covers a value counts. */
export class LimitKeys {
  private readonly texts: TextTable = new TextTable();
  /** For each text its place among the limits. */
  private readonly places: i32[] = [];
  private readonly matches: KeyMatch[] = [];
  /** For each match its place among the limits. */
  private readonly matchPlaces: i32[] = [];
  private readonly limits: Limit[] = [];

  /** Appends a limit for one value; `false` if the value has one already. */
  addText(text: string, limit: Limit): bool {
    const bytes = String.UTF8.encode(text);
    if (this.texts.find(sliceOfBuffer(bytes)) >= 0) return false;
    this.texts.add(sliceOfBuffer(bytes));
    this.places.push(this.limits.length);
    this.limits.push(limit);
    return true;
  }

  /** Appends a limit for each of many values. */
  addMatch(match: KeyMatch, limit: Limit): void {
    this.matches.push(match);
    this.matchPlaces.push(this.limits.length);
    this.limits.push(limit);
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
}
