import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { HttpAddress } from "./address";

/** The ends of an address that is the address of one API. */
const LEAVES = [
  "/completions",
  "/embeddings",
  "/audio/speech",
  "/audio/transcriptions",
  "/audio/translations",
  "/images/generations",
  "/images/variations",
  "/images/edits",
  "/models",
  "/responses",
  "/fine_tuning/jobs",
  "/fine_tuning/checkpoints",
  "/realtime",
  "/videos",
];
const VERSION = "/v1";
const QUESTION_MARK = 0x3f;

/** The address of a server: the base of its APIs in place of `/v1`, or the whole address of one API. */
export class CustomUrl {
  /** The host, with its port; "" if no address is configured. */
  host: string = "";
  /** Whether the path is that of one API: every request goes to it. */
  isWhole: bool = false;
  /** Replaces `/v1`: the path of the address without a slash at its end, `/v1` if it has none. */
  private path: string = VERSION;
  /** The query of the address, which every request carries. */
  private query: string = "";

  /** Reads the address from an option. */
  static read(reader: ConfigReader, key: string): CustomUrl {
    const custom = new CustomUrl();
    const address = HttpAddress.read(reader, key);
    custom.host = address.host;
    if (!custom.host.length) return custom;
    custom.query = address.query;
    let path = address.path;
    while (path.endsWith("/")) path = path.substring(0, path.length - 1);
    if (path.length) custom.path = path;
    for (let i = 0; i < LEAVES.length; i++) if (path.endsWith(LEAVES[i])) custom.isWhole = true;
    return custom;
  }

  /** Appends path and query of a request; nothing if the client's path names no API. Returns `true`. */
  writePath(tail: Slice, out: ByteBuffer): bool {
    if (!this.isWhole && tail == ABSENT) return true;
    out.text(this.path);
    if (!this.isWhole) out.append(tail);
    if (this.query.length) out.byte(QUESTION_MARK).text(this.query);
    return true;
  }
}
