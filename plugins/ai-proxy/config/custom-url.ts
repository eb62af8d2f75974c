import { Api } from "../../../assembly/ai/api";
import { ConfigReader } from "../../../assembly/config/reader";
import { HttpAddress } from "./address";

/** What stands at the end of an address that names one API, and not the base of all. */
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

/** The address of a server of one's own: the base of its APIs in the place of `/v1`, or the whole address of one API. */
export class CustomUrl {
  /** The host, with its port; "" where none is configured. */
  host: string = "";
  /** What takes the place of `/v1`: the path of the address without slashes at its end, `/v1` where it has none. */
  base: string = VERSION;
  /** The query of the address, which every request carries. */
  query: string = "";
  /** The path that serves each API; "" where it has none of its own. */
  readonly paths: StaticArray<string> = new StaticArray<string>(Api.Count).fill("");

  /** Reads the address; `standard` says which path below `/v1` serves which API. */
  static read(reader: ConfigReader, key: string, standard: StaticArray<string>): CustomUrl {
    const custom = new CustomUrl();
    const address = HttpAddress.read(reader, key);
    custom.host = address.host;
    if (!custom.host.length) return custom;
    custom.query = address.query;
    let path = address.path;
    while (path.endsWith("/")) path = path.substring(0, path.length - 1);
    if (path.length) custom.base = path;
    let isDirect = false;
    for (let i = 0; i < LEAVES.length; i++) if (path.endsWith(LEAVES[i])) isDirect = true;
    for (let api = <i32>Api.Unknown; api < <i32>Api.Count; api++) {
      const own = standard[api];
      if (isDirect) custom.paths[api] = path;
      else if (own.startsWith(VERSION)) custom.paths[api] = custom.base + own.substring(VERSION.length);
    }
    return custom;
  }
}
