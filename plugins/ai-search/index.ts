import { AI_LOG_STATE, SEARCHED_STATE } from "../../assembly/ai/contract";
import { ConfigReader } from "../../assembly/config/reader";
import { FilterState } from "../../assembly/host/filter-state";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { SearchConfig } from "./config";
import { SearchFilter } from "./filter";

class Search extends Plugin<SearchConfig> {
  name(): string {
    return "ai-search";
  }

  readConfig(reader: ConfigReader, inherited: SearchConfig | null): SearchConfig {
    return SearchConfig.read(reader);
  }

  createFilter(config: SearchConfig): HttpFilter | null {
    return SearchFilter.of(config);
  }

  override onConfigured(): void {
    new FilterState(SEARCHED_STATE).define();
    new FilterState(AI_LOG_STATE).define();
  }
}

registerPlugin<SearchConfig>(new Search());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/plugin/entry/http-callouts";
export * from "../../assembly/plugin/entry/request-body";
export * from "../../assembly/plugin/entry/response-headers";
export * from "../../assembly/plugin/entry/response-body";
