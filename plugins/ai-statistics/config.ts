import { ConfigReader } from "../../assembly/config/reader";
import { Attributes } from "./attributes/attributes";
import { Capture } from "./capture-config";
import { MetricsConfig } from "./metrics/metrics-config";
import { RecordConfig } from "./record-config";
import { Scope } from "./scope";
import { SessionHeaders } from "./session";

/** The configuration of ai-statistics for a route. */
export class AiStatisticsConfig {
  private constructor(
    /** Whether usage is read from responses. */
    readonly readsUsage: bool,
    /** What is measured; `null` for nothing. */
    readonly metrics: MetricsConfig | null,
    /** What is written into the access log and the span. */
    readonly record: RecordConfig,
    /** What is logged of requests and responses. */
    readonly attributes: Attributes,
    /** Which requests are observed. */
    readonly scope: Scope,
    /** Where the id of a session is. */
    readonly session: SessionHeaders,
    /** Whether usage that a provider does not report is estimated. */
    readonly estimatesUsage: bool,
  ) {}

  /** Reads the configuration; nothing is inherited, as in Higress. */
  static read(reader: ConfigReader): AiStatisticsConfig {
    const readsUsage = !reader.booleanOrText("disable_openai_usage", false);
    const metrics = MetricsConfig.read(reader);
    const record = RecordConfig.read(reader);
    const attributes = Attributes.read(reader);
    const captured = record.capture;
    const text = attributes.firstText;
    // Higress has no such option, and logs the texts that attributes name.
    if (reader.has("capture") && (captured === null || captured.mode != Capture.Full) && text.length)
      reader.fail("capture", `must be full, or left out, since the attribute ${text} may have texts`);
    const scope = Scope.read(reader, attributes.isDefaultSet);
    const session = SessionHeaders.read(reader);
    const estimates = reader.boolean("estimate_usage", false);
    if (estimates && !readsUsage) reader.fail("estimate_usage", "needs usage, which disable_openai_usage turns off");
    return new AiStatisticsConfig(
      readsUsage,
      readsUsage ? metrics : null,
      record,
      attributes,
      scope,
      session,
      estimates,
    );
  }

  /** Whether the bodies of responses are read. */
  get readsResponses(): bool {
    return this.readsUsage || this.attributes.readsResponses;
  }
}
