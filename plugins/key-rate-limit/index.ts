import { ConfigReader } from "../../assembly/config/reader";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { KeyRateLimitConfig } from "./config";
import { counted, keepOpenStreams, KeyRateLimitFilter } from "./filter";

class KeyRateLimit extends Plugin<KeyRateLimitConfig> {
  name(): string {
    return "key-rate-limit";
  }

  readConfig(reader: ConfigReader, inherited: KeyRateLimitConfig | null): KeyRateLimitConfig {
    return KeyRateLimitConfig.read(reader);
  }

  createFilter(config: KeyRateLimitConfig): HttpFilter | null {
    return KeyRateLimitFilter.of(config);
  }

  override onConfigured(): void {
    counted.define();
  }

  override onTick(): void {
    keepOpenStreams();
  }
}

registerPlugin<KeyRateLimitConfig>(new KeyRateLimit());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/plugin/entry/response-headers";
