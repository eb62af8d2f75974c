import { ByteBuffer } from "../../assembly/bytes/buffer";
import { decodePercent } from "../../assembly/bytes/percent";
import { QueryParameters, queryOf, withoutQuery } from "../../assembly/bytes/query";
import {
  ABSENT,
  Slice,
  sliceSize,
  slicesEqual,
  startsWithIgnoringCase,
  subslice,
  trimmed,
} from "../../assembly/bytes/slice";
import { HeaderMap } from "../../assembly/host/headers";
import { KeyPlaces } from "./key-places";

const BEARER = "bearer ";
const QUESTION: u32 = 0x3f;
const AMPERSAND: u32 = 0x26;

const parameters = new QueryParameters();

/** The keys of a request. One object serves many requests. */
// @ts-ignore: decorator
@unmanaged
export class KeySearch {
  /** The key, headers before the query; `ABSENT` if there is none. Valid until the callback returns. */
  key: Slice = ABSENT;
  /** The set of places that carry a key. */
  places: u64 = 0;
  /** Whether the request carries different keys. */
  isAmbiguous: bool = false;
  private stripsBearer: bool = false;
  private readonly decoded: ByteBuffer = new ByteBuffer();
  private readonly path: ByteBuffer = new ByteBuffer();

  /**
   * Reads the keys from all places; keys of the query are decoded. An empty key is ignored, and with `stripsBearer` keys are
   * compared without the word `Bearer`.
   */
  run(headers: HeaderMap, all: KeyPlaces, stripsBearer: bool): void {
    this.stripsBearer = stripsBearer;
    this.key = ABSENT;
    this.places = 0;
    this.isAmbiguous = false;
    headers.load();
    for (let i = 0; i < headers.count; i++) {
      const place = all.bitOfHeader(headers.nameAt(i));
      if (place) this.found(headers.valueAt(i), place);
    }
    if (!all.hasParameters) return;
    const query = queryOf(headers.get(":path"));
    if (query == ABSENT) return;
    this.decoded.clear();
    // Decoding never lengthens a text: with this capacity the buffer does not move.
    this.decoded.reserve(sliceSize(query));
    parameters.begin(query);
    while (parameters.next()) {
      const place = this.placeOf(parameters.name, all);
      if (place) this.found(decodePercent(parameters.value, this.decoded, true), place);
    }
  }

  /** The key without a leading `Bearer`, if that is to be stripped. */
  get plainKey(): Slice {
    return this.plain(this.key);
  }

  /** Removes the keys from the request. */
  hide(headers: HeaderMap, all: KeyPlaces): void {
    for (let i = 0; i < all.headerCount; i++) if (all.hasHeader(this.places, i)) headers.remove(all.headerAt(i));
    const path = headers.get(":path");
    const query = queryOf(path);
    if (query == ABSENT) return;
    const rest = this.path;
    rest.clear();
    rest.append(withoutQuery(path));
    const length = rest.size;
    let isChanged = false;
    this.decoded.clear();
    this.decoded.reserve(sliceSize(query));
    parameters.begin(query);
    while (parameters.next()) {
      if (this.placeOf(parameters.name, all)) isChanged = true;
      else rest.byte(rest.size == length ? QUESTION : AMPERSAND).append(parameters.whole);
    }
    if (isChanged) headers.set(":path", rest.slice);
  }

  private placeOf(name: Slice, all: KeyPlaces): u64 {
    const before = this.decoded.size;
    const place = all.bitOfParameter(decodePercent(name, this.decoded, true));
    this.decoded.size = before;
    return place;
  }

  private found(value: Slice, place: u64): void {
    if (sliceSize(value) == 0) return;
    this.places |= place;
    if (this.key == ABSENT) this.key = value;
    else if (!slicesEqual(this.plain(this.key), this.plain(value))) this.isAmbiguous = true;
  }

  private plain(key: Slice): Slice {
    return this.stripsBearer && startsWithIgnoringCase(key, BEARER) ? trimmed(subslice(key, BEARER.length)) : key;
  }
}
