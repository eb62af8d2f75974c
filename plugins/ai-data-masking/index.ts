import { MASKED_STATE } from "../../assembly/ai/contract";
import { ConfigReader } from "../../assembly/config/reader";
import { FilterState } from "../../assembly/host/filter-state";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { MaskingConfig } from "./config";
import { MaskingFilter } from "./filter";

class DataMasking extends Plugin<MaskingConfig> {
  name(): string {
    return "ai-data-masking";
  }

  readConfig(reader: ConfigReader, inherited: MaskingConfig | null): MaskingConfig {
    return MaskingConfig.read(reader);
  }

  createFilter(config: MaskingConfig): HttpFilter | null {
    return MaskingFilter.of(config);
  }

  override onConfigured(): void {
    new FilterState(MASKED_STATE).define();
  }
}

registerPlugin<MaskingConfig>(new DataMasking());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/plugin/entry/request-body";
export * from "../../assembly/plugin/entry/response-headers";
export * from "../../assembly/plugin/entry/response-body";
