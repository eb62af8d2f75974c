import { ConfigReader } from "../../assembly/config/reader";
import { CaptureConfig } from "./capture-config";
import { SPAN_ATTRIBUTES, SpanAttributes } from "./span";

/** What is written about a request into the access log and the span. */
export class RecordConfig {
  private constructor(
    /** Whether the log fields are set. */
    readonly hasFields: bool,
    /** Whose spans get attributes. */
    readonly spans: SpanAttributes,
    /** Which texts are captured; `null` for none. */
    readonly capture: CaptureConfig | null,
  ) {}

  /** Reads the options. */
  static read(reader: ConfigReader): RecordConfig {
    const hasFields = reader.boolean("log_fields", true);
    const spans = <SpanAttributes>reader.choice("span_attributes", SPAN_ATTRIBUTES, SpanAttributes.Traced);
    const capture = CaptureConfig.read(reader);
    if (capture && !hasFields) reader.fail("capture", "needs log_fields, which are false");
    return new RecordConfig(hasFields, spans, capture);
  }
}
