import { MetricSet } from "../../../assembly/host/metric-table";
import { Account } from "../account";
import { ChunkListener } from "../chunk-listener";
import { recordChunk, recordPass, Semconv } from "./generative-ai";
import { labelSetsOf } from "./known-label-sets";
import { NO_SET } from "./label-sets";
import { MetricsConfig } from "./metrics-config";
import { countReference } from "./reference";

/** Records the metrics of one pass: `begin` before its response, `finish` after the account's. */
export class PassMetrics extends ChunkListener {
  private config: MetricsConfig | null = null;
  private set: MetricSet = NO_SET;

  constructor(private readonly account: Account) {
    super();
  }

  /** The pass is measured. */
  begin(config: MetricsConfig): void {
    this.config = config;
    if (config.semconv != Semconv.Older) this.account.chunkListener = this;
  }

  override onChunk(milliseconds: i64): void {
    if (this.set == NO_SET) {
      this.account.readNames();
      this.set = labelSetsOf(this.account, NO_SET, this.config!.mostLabelSets).observations;
    }
    recordChunk(this.set, milliseconds);
  }

  /** The pass has ended. Sets the cost in the account, and records what is measured at the end; nothing if `begin` was not called. */
  finish(): void {
    const config = this.config;
    if (config === null) return;
    const account = this.account;
    const prices = config.prices;
    if (prices) account.price(prices);
    const sets = labelSetsOf(account, this.set, config.mostLabelSets);
    recordPass(account, sets, config.semconv, config.mostLabelSets);
    countReference(account, sets, config.mostLabelSets);
  }

  /** Forgets the pass. */
  reset(): void {
    this.config = null;
    this.set = NO_SET;
  }
}
