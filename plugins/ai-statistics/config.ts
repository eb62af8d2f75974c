import { ConfigReader } from "../../assembly/config/reader";
import { MetricsConfig } from "./metrics/metrics-config";
import { RecordConfig } from "./record-config";

/** The configuration of ai-statistics for a route. */
export class AiStatisticsConfig {
  private constructor(
    /** Whether usage is read from responses. */
    readonly readsUsage: bool,
    /** What is measured; `null` for nothing. */
    readonly metrics: MetricsConfig | null,
    /** What is written into the access log and the span. */
    readonly record: RecordConfig,
  ) {}

  /** Reads the configuration; nothing is inherited, as in Higress. */
  static read(reader: ConfigReader): AiStatisticsConfig {
    const readsUsage = !reader.booleanOrText("disable_openai_usage", false);
    const metrics = MetricsConfig.read(reader);
    return new AiStatisticsConfig(readsUsage, readsUsage ? metrics : null, RecordConfig.read(reader));
  }
}
