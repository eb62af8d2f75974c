import { ROUTED_MODEL_STATE } from "../../assembly/ai/contract";
import { ConfigReader } from "../../assembly/config/reader";
import { FilterState } from "../../assembly/host/filter-state";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { ModelRouterConfig } from "./config";
import { ModelListFilter } from "./list-filter";
import { ModelRouterFilter } from "./filter";

const unrouted = ModelRouterConfig.unrouted();

class ModelRouter extends Plugin<ModelRouterConfig> {
  name(): string {
    return "model-router";
  }

  readConfig(reader: ConfigReader, inherited: ModelRouterConfig | null): ModelRouterConfig {
    return ModelRouterConfig.read(reader, inherited);
  }

  createFilter(config: ModelRouterConfig): HttpFilter | null {
    return config.routes ? ModelRouterFilter.of(config) : ModelListFilter.of(config);
  }

  /** Nothing is routed here, but the default header of a client is removed: it must not choose a route. */
  override createFilterWithoutConfig(): HttpFilter | null {
    return ModelRouterFilter.of(unrouted);
  }

  override onConfigured(): void {
    new FilterState(ROUTED_MODEL_STATE).define();
  }
}

registerPlugin<ModelRouterConfig>(new ModelRouter());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/plugin/entry/request-body";
