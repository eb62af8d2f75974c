import { ConfigReader } from "../../assembly/config/reader";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { AiCacheConfig } from "./config";
import { AiCacheFilter } from "./filter";
import { defineStates } from "./pass-state";

class AiCache extends Plugin<AiCacheConfig> {
  name(): string {
    return "ai-cache";
  }

  readConfig(reader: ConfigReader, inherited: AiCacheConfig | null): AiCacheConfig {
    return AiCacheConfig.read(reader);
  }

  createFilter(config: AiCacheConfig): HttpFilter | null {
    return AiCacheFilter.of(config);
  }

  override onConfigured(): void {
    defineStates();
  }
}

registerPlugin<AiCacheConfig>(new AiCache());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/plugin/entry/request-body";
export * from "../../assembly/plugin/entry/response-headers";
export * from "../../assembly/plugin/entry/response-body";
export * from "../../assembly/plugin/entry/http-callouts";
export * from "../../assembly/redis/entry";
