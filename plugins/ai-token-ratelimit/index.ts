import { FALLBACK_REASON_STATE, FALLBACK_STATE, USAGE_STATE } from "../../assembly/ai/contract";
import { ConfigReader } from "../../assembly/config/reader";
import { FilterState } from "../../assembly/host/filter-state";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { AiTokenRateLimitConfig } from "./config";
import { AiTokenRateLimitFilter } from "./filter";

class AiTokenRateLimit extends Plugin<AiTokenRateLimitConfig> {
  name(): string {
    return "ai-token-ratelimit";
  }

  readConfig(reader: ConfigReader, inherited: AiTokenRateLimitConfig | null): AiTokenRateLimitConfig {
    return AiTokenRateLimitConfig.read(reader);
  }

  createFilter(config: AiTokenRateLimitConfig): HttpFilter | null {
    return AiTokenRateLimitFilter.of(config);
  }

  override onConfigured(): void {
    new FilterState(USAGE_STATE).define();
    new FilterState(FALLBACK_STATE).define();
    new FilterState(FALLBACK_REASON_STATE).define();
  }
}

registerPlugin<AiTokenRateLimitConfig>(new AiTokenRateLimit());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/plugin/entry/request-body";
export * from "../../assembly/plugin/entry/response-headers";
export * from "../../assembly/plugin/entry/response-body";
export * from "../../assembly/redis/entry";
