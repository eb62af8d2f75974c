// A plugin of the tests: its configuration names the one thing that it does.
import { ConfigReader } from "../../../../assembly/config/reader";
import { HttpFilter } from "../../../../assembly/plugin/filter";
import { Plugin } from "../../../../assembly/plugin/plugin";
import { registerPlugin } from "../../../../assembly/plugin/register";
import { HoldFilter } from "./hold";
import { LogFilter } from "./log";
import { replyAll, ReplyFilter } from "./reply";

class Lifecycle extends Plugin<Mode> {
  name(): string {
    return "lifecycle";
  }

  readConfig(reader: ConfigReader, inherited: Mode | null): Mode {
    return new Mode(reader.text("mode", ""));
  }

  createFilter(config: Mode): HttpFilter | null {
    if (config.name.startsWith("hold")) return new HoldFilter(config.name);
    return config.name.startsWith("log") ? new LogFilter(config.name) : new ReplyFilter(config.name);
  }

  override onTick(): void {
    replyAll();
  }
}

class Mode {
  constructor(readonly name: string) {}
}

registerPlugin<Mode>(new Lifecycle());
export * from "../../../../assembly/plugin/entry/core";
export * from "../../../../assembly/plugin/entry/request-body";
export * from "../../../../assembly/plugin/entry/response-headers";
export * from "../../../../assembly/plugin/entry/response-body";
export * from "../../../../assembly/plugin/entry/http-callouts";
export * from "../../../../assembly/plugin/entry/log";
