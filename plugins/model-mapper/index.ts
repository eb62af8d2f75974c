import { MAPPED_MODEL_STATE } from "../../assembly/ai/contract";
import { ConfigReader } from "../../assembly/config/reader";
import { FilterState } from "../../assembly/host/filter-state";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { ModelMapperConfig } from "./config";
import { ModelMapperFilter } from "./filter";

const unmapped = ModelMapperConfig.unmapped();

class ModelMapper extends Plugin<ModelMapperConfig> {
  name(): string {
    return "model-mapper";
  }

  readConfig(reader: ConfigReader, inherited: ModelMapperConfig | null): ModelMapperConfig {
    return ModelMapperConfig.read(reader);
  }

  createFilter(config: ModelMapperConfig): HttpFilter | null {
    return ModelMapperFilter.of(config);
  }

  /** Nothing is mapped here, but a request that comes from another route gets the client's model back. */
  override createFilterWithoutConfig(): HttpFilter | null {
    return ModelMapperFilter.of(unmapped);
  }

  override onConfigured(): void {
    new FilterState(MAPPED_MODEL_STATE).define();
  }
}

registerPlugin<ModelMapperConfig>(new ModelMapper());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/plugin/entry/request-body";
