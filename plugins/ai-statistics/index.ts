import { USAGE_STATE } from "../../assembly/ai/contract";
import { ConfigReader } from "../../assembly/config/reader";
import { FilterState } from "../../assembly/host/filter-state";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { AiStatisticsConfig } from "./config";
import { AiStatisticsFilter } from "./filter";
import { defineFields } from "./log-fields";

class AiStatistics extends Plugin<AiStatisticsConfig> {
  name(): string {
    return "ai-statistics";
  }

  readConfig(reader: ConfigReader, inherited: AiStatisticsConfig | null): AiStatisticsConfig {
    return AiStatisticsConfig.read(reader);
  }

  createFilter(config: AiStatisticsConfig): HttpFilter | null {
    return AiStatisticsFilter.of(config);
  }

  override onConfigured(): void {
    new FilterState(USAGE_STATE).define();
    defineFields();
  }
}

registerPlugin<AiStatisticsConfig>(new AiStatistics());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/plugin/entry/request-body";
export * from "../../assembly/plugin/entry/response-headers";
export * from "../../assembly/plugin/entry/response-body";
export * from "../../assembly/plugin/entry/log-all";
