import { FALLBACK_REASON_STATE, FALLBACK_STATE, KEY_FAILOVER_STATE } from "../../assembly/ai/contract";
import { ConfigReader } from "../../assembly/config/reader";
import { FilterState } from "../../assembly/host/filter-state";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { FallbackConfig } from "./config";
import { definePassState } from "./attempts-table";
import { filterFor } from "./position";

class Fallback extends Plugin<FallbackConfig> {
  name(): string {
    return "fallback";
  }

  readConfig(reader: ConfigReader, inherited: FallbackConfig | null): FallbackConfig {
    return FallbackConfig.read(reader, inherited);
  }

  createFilter(config: FallbackConfig): HttpFilter | null {
    return filterFor(config);
  }

  /** A later pass may be on a route without a configuration, and no client may send the gateway's own headers. */
  override createFilterWithoutConfig(): HttpFilter | null {
    return filterFor(null);
  }

  override onConfigured(): void {
    definePassState();
    new FilterState(FALLBACK_STATE).define();
    new FilterState(FALLBACK_REASON_STATE).define();
    new FilterState(KEY_FAILOVER_STATE).define();
  }
}

registerPlugin<FallbackConfig>(new Fallback());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/plugin/entry/request-body";
export * from "../../assembly/plugin/entry/response-headers";
export * from "../../assembly/plugin/entry/response-body";
export * from "../../assembly/plugin/entry/log";
export * from "../../assembly/plugin/entry/http-callouts";
