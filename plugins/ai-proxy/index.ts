import { USAGE_STATE } from "../../assembly/ai/contract";
import { ConfigReader } from "../../assembly/config/reader";
import { FilterState } from "../../assembly/host/filter-state";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin, registerPlugin } from "../../assembly/plugin/plugin";
import { AiProxyConfig } from "./config";
import { AiProxyFilter } from "./filter";

class AiProxy extends Plugin<AiProxyConfig> {
  name(): string {
    return "ai-proxy";
  }

  readConfig(reader: ConfigReader, inherited: AiProxyConfig | null): AiProxyConfig {
    return AiProxyConfig.read(reader, inherited);
  }

  createFilter(config: AiProxyConfig): HttpFilter | null {
    const active = config.active;
    return active ? new AiProxyFilter(active) : null;
  }

  override onConfigured(): void {
    new FilterState(USAGE_STATE).define();
  }
}

registerPlugin<AiProxyConfig>(new AiProxy());
export * from "../../assembly/plugin/entry";
