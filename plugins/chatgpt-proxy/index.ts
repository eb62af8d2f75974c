import { ConfigReader } from "../../assembly/config/reader";
import { HttpFilter } from "../../assembly/plugin/filter";
import { Plugin } from "../../assembly/plugin/plugin";
import { registerPlugin } from "../../assembly/plugin/register";
import { ChatgptProxyConfig } from "./config";
import { ChatgptProxyFilter } from "./filter";

class ChatgptProxy extends Plugin<ChatgptProxyConfig> {
  name(): string {
    return "chatgpt-proxy";
  }

  readConfig(reader: ConfigReader, inherited: ChatgptProxyConfig | null): ChatgptProxyConfig {
    return ChatgptProxyConfig.read(reader, inherited);
  }

  createFilter(config: ChatgptProxyConfig): HttpFilter | null {
    return ChatgptProxyFilter.of(config);
  }
}

registerPlugin<ChatgptProxyConfig>(new ChatgptProxy());
export * from "../../assembly/plugin/entry/core";
export * from "../../assembly/plugin/entry/http-callouts";
