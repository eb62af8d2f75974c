import { ConfigReader } from "../../assembly/config/reader";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { AiPromptTemplateConfig } from "./config";
import { AiPromptTemplateFilter } from "./filter";

class AiPromptTemplate extends Plugin<AiPromptTemplateConfig> {
  name(): string {
    return "ai-prompt-template";
  }

  readConfig(reader: ConfigReader, inherited: AiPromptTemplateConfig | null): AiPromptTemplateConfig {
    return AiPromptTemplateConfig.read(reader);
  }

  createFilter(config: AiPromptTemplateConfig): HttpFilter | null {
    return AiPromptTemplateFilter.of(config);
  }
}

registerPlugin<AiPromptTemplateConfig>(new AiPromptTemplate());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/plugin/entry/request-body";
