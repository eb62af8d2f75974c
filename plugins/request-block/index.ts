import { ConfigReader } from "../../assembly/config/reader";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { RequestBlockConfig } from "./config";
import { RequestBlockFilter } from "./filter";

class RequestBlock extends Plugin<RequestBlockConfig> {
  name(): string {
    return "request-block";
  }

  readConfig(reader: ConfigReader, inherited: RequestBlockConfig | null): RequestBlockConfig {
    return RequestBlockConfig.read(reader);
  }

  createFilter(config: RequestBlockConfig): HttpFilter | null {
    return RequestBlockFilter.of(config);
  }
}

registerPlugin<RequestBlockConfig>(new RequestBlock());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/plugin/entry/request-body";
