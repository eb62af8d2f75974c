import { FALLBACK_REASON_STATE, FALLBACK_STATE, KEY_FAILOVER_STATE } from "../../assembly/ai/contract";
import { ConfigReader } from "../../assembly/config/reader";
import { canTryHeldAgain } from "../../assembly/host/envoy-version";
import { FilterState } from "../../assembly/host/filter-state";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { FallbackConfig } from "./config";
import { definePassState } from "./attempts-table";
import { filterFor } from "./position";

const NOT_FOUND =
  "lists stream-error or context-length, which this version of Envoy cannot fall back from: it needs Envoy 1.37";

class Fallback extends Plugin<FallbackConfig> {
  name(): string {
    return "fallback";
  }

  readConfig(reader: ConfigReader, inherited: FallbackConfig | null): FallbackConfig {
    const config = FallbackConfig.read(reader, inherited);
    if (reader.has("on") && config.on.needsBody && !canTryHeldAgain()) reader.warn("on", NOT_FOUND);
    return config;
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
