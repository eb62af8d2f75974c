import { ConfigReader } from "../../assembly/config/reader";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { HistoryConfig } from "./config";
import { HistoryFilter } from "./filter";
import { defineState } from "./pass-state";

class History extends Plugin<HistoryConfig> {
  name(): string {
    return "ai-history";
  }

  readConfig(reader: ConfigReader, inherited: HistoryConfig | null): HistoryConfig {
    return HistoryConfig.read(reader);
  }

  createFilter(config: HistoryConfig): HttpFilter | null {
    return HistoryFilter.of(config);
  }

  override onConfigured(): void {
    defineState();
  }
}

registerPlugin<HistoryConfig>(new History());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/plugin/entry/request-body";
export * from "../../assembly/plugin/entry/response-headers";
export * from "../../assembly/plugin/entry/response-body";
export * from "../../assembly/redis/entry";
