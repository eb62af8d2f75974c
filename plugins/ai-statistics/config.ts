import { ConfigReader } from "../../assembly/config/reader";

/** The configuration of ai-statistics for a route. */
export class AiStatisticsConfig {
  private constructor(
    /** Whether usage is read from responses. */
    readonly readsUsage: bool,
  ) {}

  /** Reads the configuration; nothing is inherited, as in Higress. */
  static read(reader: ConfigReader): AiStatisticsConfig {
    return new AiStatisticsConfig(!reader.booleanOrText("disable_openai_usage", false));
  }
}
