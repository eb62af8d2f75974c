import { ConfigReader } from "../../assembly/config/reader";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { ClusterKeyRateLimitConfig } from "./config";
import { ClusterKeyRateLimitFilter, counted } from "./filter";

class ClusterKeyRateLimit extends Plugin<ClusterKeyRateLimitConfig> {
  name(): string {
    return "cluster-key-rate-limit";
  }

  readConfig(reader: ConfigReader, inherited: ClusterKeyRateLimitConfig | null): ClusterKeyRateLimitConfig {
    return ClusterKeyRateLimitConfig.read(reader);
  }

  createFilter(config: ClusterKeyRateLimitConfig): HttpFilter | null {
    return ClusterKeyRateLimitFilter.of(config);
  }

  override onConfigured(): void {
    counted.define();
  }
}

registerPlugin<ClusterKeyRateLimitConfig>(new ClusterKeyRateLimit());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/redis/entry";
export * from "../../assembly/plugin/entry/response-headers";
