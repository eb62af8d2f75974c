import { PriceTable } from "../../../assembly/ai/prices/price-table";
import { ConfigReader } from "../../../assembly/config/reader";
import { Semconv } from "./generative-ai";

const SEMCONV: string[] = ["latest", "1.3x", "both"];
const LABEL_SETS: i64 = 1000;
const MOST_LABEL_SETS: i64 = 10_000;

/** What is measured. */
export class MetricsConfig {
  private constructor(
    /** The names of OpenTelemetry that are used. */
    readonly semconv: Semconv,
    /** The label sets that a VM creates of each table of metrics. */
    readonly mostLabelSets: i32,
    /** The prices of models; `null` if nothing is priced. */
    readonly prices: PriceTable | null,
  ) {}

  /** Reads the options `semconv`, `max_label_sets` and `prices`. */
  static read(reader: ConfigReader): MetricsConfig {
    const semconv = <Semconv>reader.choice("semconv", SEMCONV, SEMCONV.length - 1);
    const limit = <i32>reader.integerOrText("max_label_sets", LABEL_SETS, 1, MOST_LABEL_SETS);
    return new MetricsConfig(semconv, limit, reader.has("prices") ? PriceTable.read(reader) : null);
  }
}
