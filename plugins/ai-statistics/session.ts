import { asciiLowerCase } from "../../assembly/bytes/lower-case";
import { headerOption } from "../../assembly/config/model-options";
import { ConfigReader } from "../../assembly/config/reader";
import { ABSENT, Slice, sliceSize } from "../../assembly/bytes/slice";
import { HeaderMap, sizeBit } from "../../assembly/host/headers";

/** The headers in which agents name a session, in Higress's order. */
const HEADERS: string[] = [
  "x-openclaw-session-key",
  "x-clawdbot-session-key",
  "x-moltbot-session-key",
  "x-agent-session",
];

/** Where the id of a session is. */
export class SessionHeaders {
  /** The sizes of the names. */
  private readonly sizes: u64;

  private constructor(private readonly names: string[]) {
    let sizes: u64 = 0;
    for (let i = 0; i < names.length; i++) sizes |= sizeBit(names[i].length);
    this.sizes = sizes;
  }

  /** Reads `session_id_header`, which comes before the others. */
  static read(reader: ConfigReader): SessionHeaders {
    const own = headerOption(reader, "session_id_header", "");
    return new SessionHeaders(own.length ? [asciiLowerCase(own)].concat(HEADERS) : HEADERS);
  }

  /** The id of a request's session; `ABSENT` if it names none. */
  idOf(headers: HeaderMap): Slice {
    if (!headers.hasSizes(this.sizes)) return ABSENT;
    for (let i = 0; i < this.names.length; i++) {
      const id = headers.get(this.names[i]);
      if (sliceSize(id)) return id;
    }
    return ABSENT;
  }
}
