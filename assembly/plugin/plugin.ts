import { ConfigReader } from "../config/reader";
import { HttpFilter } from "./filter";

/**
 * A plugin: reads its configuration and makes a filter for each exchange. One object a VM; what belongs to a
 * configuration stands in `C`, what belongs to an exchange in the filter.
 */
export abstract class Plugin<C> {
  /** The name: of the plugin in Higress, of the metadata on a route, and in front of every log line. */
  abstract name(): string;

  /**
   * Reads a configuration. `inherited` is the global part when a rule's or a route's configuration is read, else `null`.
   * Always gives an object; it is thrown away where `reader.failed`.
   */
  abstract readConfig(reader: ConfigReader, inherited: C | null): C;

  /** The filter for one exchange; `null` where this configuration leaves everything alone. */
  abstract createFilter(config: C): HttpFilter | null;

  /** The filter for an exchange to which neither a rule nor a global part applies; by default it passes untouched. */
  createFilterWithoutConfig(): HttpFilter | null {
    return null;
  }

  /** Called once for each configuration that was accepted, on every worker: declare filter state here. */
  onConfigured(): void {}

  /** Called for the global part and for each rule of a configuration that was accepted, on every worker. */
  onAccepted(config: C): void {}

  /** Called for a root context that asked for ticks with `setTickPeriod`: as often as it asked for, or more often. */
  onTick(): void {}

  /** Called when a root context, and with it its configuration, is gone: what was begun for it ends here. */
  onRootEnd(root: u32): void {}
}
