import { edgeFault, isHeaderName } from "../../assembly/config/printable";
import { ConfigReader } from "../../assembly/config/reader";
import { KeyPlaces, MOST_PLACES } from "./key-places";

/** The names under which a request may carry a key, and whether in headers or in the query. */
export class CredentialSource {
  constructor(
    readonly names: string[],
    readonly inHeader: bool,
    readonly inQuery: bool,
  ) {}

  /** Reads `keys`, `in_header` and `in_query`; missing ones are as in `otherwise`, or the defaults. */
  static read(reader: ConfigReader, otherwise: CredentialSource | null): CredentialSource {
    const names = reader.textsOrNumbers("keys");
    const inHeader = reader.booleanOrText("in_header", otherwise ? otherwise.inHeader : true);
    const inQuery = reader.booleanOrText("in_query", otherwise ? otherwise.inQuery : true);
    if (!inHeader && !inQuery) reader.fail("in_query", "must not be false where in_header is false");
    for (let i = 0; i < names.length; i++) {
      let fault = edgeFault(names[i]);
      if (names[i].startsWith(":")) fault = "must not be a pseudo header";
      else if (!fault.length && !inQuery && !isHeaderName(names[i])) fault = "must be the name of a header";
      if (fault.length && names[i].trim().length) reader.fail(`keys[${i}]`, fault);
    }
    if (reader.has("keys")) {
      if (names.length == 0) reader.fail("keys", "must not be empty");
      return new CredentialSource(names, inHeader, inQuery);
    }
    return new CredentialSource(otherwise ? otherwise.names : names, inHeader, inQuery);
  }

  /** The set of places, in all the places of the configuration that `reader` reads. */
  placesIn(all: KeyPlaces, reader: ConfigReader): u64 {
    let places: u64 = 0;
    for (let i = 0; i < this.names.length; i++) {
      const header = this.inHeader ? all.addHeader(this.names[i]) : 0;
      const parameter = this.inQuery ? all.addParameter(this.names[i]) : 0;
      if ((this.inHeader && !header) || (this.inQuery && !parameter)) {
        reader.fail("keys", `must not lead to more than ${MOST_PLACES} headers and parameters in all`);
        break;
      }
      places |= header | parameter;
    }
    return places;
  }
}
