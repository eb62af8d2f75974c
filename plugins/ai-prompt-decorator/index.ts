import { DECORATED_STATE } from "../../assembly/ai/contract";
import { ConfigReader } from "../../assembly/config/reader";
import { FilterState } from "../../assembly/host/filter-state";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { AiPromptDecoratorConfig } from "./config";
import { AiPromptDecoratorFilter } from "./filter";

class AiPromptDecorator extends Plugin<AiPromptDecoratorConfig> {
  name(): string {
    return "ai-prompt-decorator";
  }

  readConfig(reader: ConfigReader, inherited: AiPromptDecoratorConfig | null): AiPromptDecoratorConfig {
    return AiPromptDecoratorConfig.read(reader);
  }

  createFilter(config: AiPromptDecoratorConfig): HttpFilter | null {
    return AiPromptDecoratorFilter.of(config);
  }

  override onConfigured(): void {
    new FilterState(DECORATED_STATE).define();
  }
}

registerPlugin<AiPromptDecoratorConfig>(new AiPromptDecorator());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/plugin/entry/request-body";
