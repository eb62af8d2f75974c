import { ALLOWED_MODELS_STATE, CONSUMER_STATE } from "../../assembly/ai/contract";
import { ConfigReader } from "../../assembly/config/reader";
import { FilterState } from "../../assembly/host/filter-state";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { KeyAuthConfig } from "./config";
import { KeyAuthFilter } from "./filter";

const unchecked = KeyAuthConfig.unchecked();

class KeyAuth extends Plugin<KeyAuthConfig> {
  name(): string {
    return "key-auth";
  }

  readConfig(reader: ConfigReader, inherited: KeyAuthConfig | null): KeyAuthConfig {
    return KeyAuthConfig.read(reader, inherited);
  }

  createFilter(config: KeyAuthConfig): HttpFilter | null {
    return KeyAuthFilter.of(config);
  }

  /** Without a check the consumer header of the client is removed as well. */
  override createFilterWithoutConfig(): HttpFilter | null {
    return KeyAuthFilter.of(unchecked);
  }

  override onConfigured(): void {
    new FilterState(CONSUMER_STATE).define();
    new FilterState(ALLOWED_MODELS_STATE).define();
  }
}

registerPlugin<KeyAuthConfig>(new KeyAuth());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/plugin/entry/request-body";
