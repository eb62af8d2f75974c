import { AI_LOG_STATE, CHECKED_STATE } from "../../assembly/ai/contract";
import { ConfigReader } from "../../assembly/config/reader";
import { FilterState } from "../../assembly/host/filter-state";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { GuardConfig } from "./config";
import { GuardFilter } from "./filter";

class SecurityGuard extends Plugin<GuardConfig> {
  name(): string {
    return "ai-security-guard";
  }

  readConfig(reader: ConfigReader, inherited: GuardConfig | null): GuardConfig {
    return GuardConfig.read(reader);
  }

  createFilter(config: GuardConfig): HttpFilter | null {
    return GuardFilter.of(config);
  }

  override onConfigured(): void {
    new FilterState(CHECKED_STATE).define();
    new FilterState(AI_LOG_STATE).define();
  }
}

registerPlugin<GuardConfig>(new SecurityGuard());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/plugin/entry/http-callouts";
export * from "../../assembly/plugin/entry/request-body";
export * from "../../assembly/plugin/entry/response-headers";
export * from "../../assembly/plugin/entry/response-body";
