// SPDX-License-Identifier: Apache-2.0
// A plugin that makes two mistakes an author may make: it holds headers for a body that it skips, and it uses one list of headers for
// every local reply.
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { sliceEquals } from "../../../../assembly/bytes/slice";
import { ConfigReader } from "../../../../assembly/config/reader";
import { HeaderPairs } from "../../../../assembly/host/header-pairs";
import { HeaderMap } from "../../../../assembly/host/headers";
import { sendLocalReply } from "../../../../assembly/host/reply";
import { HeadersAction, HttpFilter } from "../../../../assembly/plugin/filter";
import { Plugin } from "../../../../assembly/plugin/plugin";
import { registerPlugin } from "../../../../assembly/plugin/register";

class EdgesConfig {}

const more = new HeaderPairs().addText("x-more", "yes");
const body = new ByteBuffer().text("body");

class EdgesFilter extends HttpFilter {
  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    if (sliceEquals(headers.get(":path"), "/skip")) return HeadersAction.HoldForBody;
    sendLocalReply(418, "kernel-edges.reply", "text/plain", body.slice, more);
    return HeadersAction.Pause;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    return HeadersAction.HoldForBody;
  }
}

class Edges extends Plugin<EdgesConfig> {
  name(): string {
    return "kernel-edges";
  }

  readConfig(reader: ConfigReader, inherited: EdgesConfig | null): EdgesConfig {
    return new EdgesConfig();
  }

  createFilter(config: EdgesConfig): HttpFilter | null {
    return new EdgesFilter();
  }
}

registerPlugin<EdgesConfig>(new Edges());
export * from "../../../../assembly/plugin/entry/core";
export * from "../../../../assembly/plugin/entry/request-body";
export * from "../../../../assembly/plugin/entry/response-headers";
export * from "../../../../assembly/plugin/entry/response-body";
