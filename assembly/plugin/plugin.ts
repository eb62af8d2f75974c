import { ConfigReader } from "../config/reader";
import { HttpFilter } from "./filter";

/**
 * A plugin: reads its configuration and creates a filter for each stream. There is one object in a VM; the state of a
 * configuration is in `C`, the state of a stream in the filter.
 */
export abstract class Plugin<C> {
  /** The name of the plugin: in Higress, in the metadata of a route, and at the start of every log line. */
  abstract name(): string;

  /**
   * Reads a configuration. `inherited` is the global part when a rule's or a route's configuration is read, else `null`.
   * Always returns an object; it is not used if `reader.failed`.
   */
  abstract readConfig(reader: ConfigReader, inherited: C | null): C;

  /** The filter for one stream; `null` if this configuration does nothing. */
  abstract createFilter(config: C): HttpFilter | null;

  /** The filter for a stream to which neither a rule nor a global part applies; by default it passes unchanged. */
  createFilterWithoutConfig(): HttpFilter | null {
    return null;
  }

  /** Called once for each accepted configuration, on every worker: declare filter state here. */
  onConfigured(): void {}

  /** Called for the global part and for each rule of an accepted configuration, on every worker. */
  onAccepted(config: C): void {}

  /** Called for a root context that has requested ticks with `setTickPeriod`, at that period or more often. */
  onTick(): void {}

  /** Called when a root context, and with it its configuration, ends: end here what was started for it. */
  onRootEnd(root: u32): void {}
}
