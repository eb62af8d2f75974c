import { asciiLowerCase } from "../../assembly/bytes/lower-case";
import { Slice, sliceEquals, sliceOfBuffer, slicesEqual } from "../../assembly/bytes/slice";

/** The most headers and parameters that may carry keys in one configuration: each is a bit of a number. */
export const MOST_PLACES: i32 = 64;

/** The headers and query parameters that may carry a key. Each is a bit, so that a set of them is a number. */
export class KeyPlaces {
  private readonly headers: string[] = [];
  private readonly headerBits: u64[] = [];
  private readonly parameters: string[] = [];
  private readonly parameterNames: ArrayBuffer[] = [];
  private readonly parameterBits: u64[] = [];

  /** Adds a header, case-insensitively. Returns its bit, or 0 if no bit is left. */
  addHeader(name: string): u64 {
    const lower = asciiLowerCase(name);
    const known = this.headers.indexOf(lower);
    if (known >= 0) return this.headerBits[known];
    const bit = this.nextBit();
    if (bit) {
      this.headers.push(lower);
      this.headerBits.push(bit);
    }
    return bit;
  }

  /** Adds a parameter. Returns its bit, or 0 if no bit is left. */
  addParameter(name: string): u64 {
    const known = this.parameters.indexOf(name);
    if (known >= 0) return this.parameterBits[known];
    const bit = this.nextBit();
    if (bit) {
      this.parameters.push(name);
      this.parameterNames.push(String.UTF8.encode(name));
      this.parameterBits.push(bit);
    }
    return bit;
  }

  /** The bit of a header by its name in lower case; 0 if it carries no key. */
  bitOfHeader(name: Slice): u64 {
    for (let i = 0; i < this.headers.length; i++) if (sliceEquals(name, this.headers[i])) return this.headerBits[i];
    return 0;
  }

  /** The bit of a parameter by its decoded name; 0 if it carries no key. */
  bitOfParameter(name: Slice): u64 {
    for (let i = 0; i < this.parameters.length; i++) {
      if (slicesEqual(name, sliceOfBuffer(this.parameterNames[i]))) return this.parameterBits[i];
    }
    return 0;
  }

  /** Whether any parameter of the query may carry a key. */
  get hasParameters(): bool {
    return this.parameters.length > 0;
  }

  /** The number of headers. */
  get headerCount(): i32 {
    return this.headers.length;
  }

  /** The name of a header. */
  headerAt(index: i32): string {
    return this.headers[index];
  }

  /** Whether a header is in a set of places. */
  hasHeader(places: u64, index: i32): bool {
    return (places & this.headerBits[index]) != 0;
  }

  private nextBit(): u64 {
    const count = this.headers.length + this.parameters.length;
    return count < MOST_PLACES ? (<u64>1) << count : 0;
  }
}
