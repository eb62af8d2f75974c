import { CONSUMER_STATE, USAGE_STATE } from "../../assembly/ai/contract";
import { ConfigReader } from "../../assembly/config/reader";
import { FilterState } from "../../assembly/host/filter-state";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { AiQuotaConfig } from "./config";
import { AiQuotaFilter } from "./filter";

class AiQuota extends Plugin<AiQuotaConfig> {
  name(): string {
    return "ai-quota";
  }

  readConfig(reader: ConfigReader, inherited: AiQuotaConfig | null): AiQuotaConfig {
    return AiQuotaConfig.read(reader);
  }

  createFilter(config: AiQuotaConfig): HttpFilter | null {
    return AiQuotaFilter.of(config);
  }

  override onConfigured(): void {
    new FilterState(CONSUMER_STATE).define();
    new FilterState(USAGE_STATE).define();
  }
}

registerPlugin<AiQuotaConfig>(new AiQuota());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/plugin/entry/request-body";
export * from "../../assembly/plugin/entry/response-headers";
export * from "../../assembly/plugin/entry/response-body";
export * from "../../assembly/redis/entry";
