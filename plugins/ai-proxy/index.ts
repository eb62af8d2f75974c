import { USAGE_STATE } from "../../assembly/ai/contract";
import { ABSENT } from "../../assembly/bytes/slice";
import { ConfigReader } from "../../assembly/config/reader";
import { FilterState } from "../../assembly/host/filter-state";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { defineClientHeaders, hasClientHeaders, Restored } from "./request/client-headers";
import { AiProxyConfig } from "./config";
import { AiProxyFilter } from "./filter";
import { defineKeyFailover } from "./keys/fallback-set";
import { defineTriedKeys } from "./keys/tried-keys";
import { providerOfTarget, UnknownTarget } from "./request/target";
import { closeValueDesk, valueDesk } from "./request/value-desk";
import { FAILOVER, VALUES } from "./config/built-features";

class AiProxy extends Plugin<AiProxyConfig> {
  name(): string {
    return "ai-proxy";
  }

  readConfig(reader: ConfigReader, inherited: AiProxyConfig | null): AiProxyConfig {
    return AiProxyConfig.read(reader, inherited);
  }

  createFilter(config: AiProxyConfig): HttpFilter | null {
    const id = config.hasChoice ? providerOfTarget() : ABSENT;
    if (id == ABSENT) {
      const active = config.active;
      return active ? AiProxyFilter.of(active) : this.createFilterWithoutConfig();
    }
    const named = config.named(id);
    return named ? AiProxyFilter.of(named) : new UnknownTarget();
  }

  override createFilterWithoutConfig(): HttpFilter | null {
    return hasClientHeaders() ? new Restored() : null;
  }

  override onConfigured(): void {
    new FilterState(USAGE_STATE).define();
    defineClientHeaders();
    if (FAILOVER) {
      defineTriedKeys();
      defineKeyFailover();
    }
  }

  override onAccepted(config: AiProxyConfig): void {
    if (!VALUES) return;
    const texts = config.texts();
    for (let i = 0; i < texts.length; i++) valueDesk().watch(texts[i]);
  }

  override onTick(): void {
    if (VALUES) valueDesk().onTick();
  }

  override onRootEnd(root: u32): void {
    if (VALUES) closeValueDesk(root);
  }
}

registerPlugin<AiProxyConfig>(new AiProxy());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/plugin/entry/request-body";
export * from "../../assembly/plugin/entry/response-headers";
export * from "../../assembly/plugin/entry/response-body";
export * from "../../assembly/plugin/entry/http-callouts";
