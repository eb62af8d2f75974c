import { ConfigReader } from "../../../assembly/config/reader";
import { isPrintable } from "../../../assembly/config/printable";
import { readDuration } from "../duration";

const HOUR: i64 = 3_600_000;
const MEBIBYTE: i64 = 1 << 20;

/** The option `replay`: how a request is sent again where the plugin stands before the router only. */
export class ReplayConfig {
  /** The cluster of this Envoy's own listener. */
  cluster: string = "";
  /** How long a whole response may take, in milliseconds. */
  timeout: i64 = 60_000;
  /** The most bytes of a request body that is kept, and of a response that is sent. */
  maxBytes: i32 = <i32>MEBIBYTE;

  /** Reads the option; a rule and a route inherit it as a whole. */
  static read(all: ConfigReader, inherited: ReplayConfig | null): ReplayConfig | null {
    const reader = all.object("replay");
    if (reader === null) return inherited;
    const config = new ReplayConfig();
    config.cluster = reader.requiredText("cluster");
    if (!isPrintable(config.cluster)) reader.fail("cluster", "must be printable ASCII");
    config.timeout = readDuration(reader, "timeout", config.timeout, 1, HOUR);
    config.maxBytes = <i32>reader.integer("max_bytes", config.maxBytes, 1, 64 * MEBIBYTE);
    return config;
  }
}
