import { ConfigReader } from "../../assembly/config/reader";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { AiPromptGuardConfig } from "./config";
import { AiPromptGuardFilter } from "./filter";

class AiPromptGuard extends Plugin<AiPromptGuardConfig> {
  name(): string {
    return "ai-prompt-guard";
  }

  readConfig(reader: ConfigReader, inherited: AiPromptGuardConfig | null): AiPromptGuardConfig {
    return AiPromptGuardConfig.read(reader);
  }

  createFilter(config: AiPromptGuardConfig): HttpFilter | null {
    return AiPromptGuardFilter.of(config);
  }
}

registerPlugin<AiPromptGuardConfig>(new AiPromptGuard());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/plugin/entry/request-body";
