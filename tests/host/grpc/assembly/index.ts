// SPDX-License-Identifier: Apache-2.0
// A plugin whose request paths are gRPC commands. It responds with what the kernel returned. Each root context has
// one stream: `/open/<cluster>/<method>`, `/send/<text>`, `/last/<text>`, `/wait/<text>` (goes on with the next message),
// `/close`, `/cancel`, `/again/<count>`, `/deadline/<ms>`, `/deadlines/<count>`. Unary calls: `/call/<cluster>/<method>/<text>`, `/many/<count>`.
import { ABSENT, sliceToString } from "../../../../assembly/bytes/slice";
import { ConfigReader } from "../../../../assembly/config/reader";
import { Deadline } from "../../../../assembly/host/deadline";
import { GrpcCall, GrpcResponse } from "../../../../assembly/host/grpc-call";
import { HeaderMap } from "../../../../assembly/host/headers";
import { sendLocalReply } from "../../../../assembly/host/reply";
import { currentRoot } from "../../../../assembly/host/root";
import { HeadersAction, HttpFilter } from "../../../../assembly/plugin/filter";
import { Plugin } from "../../../../assembly/plugin/plugin";
import { registerPlugin } from "../../../../assembly/plugin/register";
import { setDeadline } from "../../../../assembly/plugin/root";
import { bytesOf, Channel, clientMetadata, say } from "./channel";

const CALL_TIMEOUT = 1000;

const channels = new Map<u32, Channel>();

function channel(): Channel {
  const root = currentRoot();
  if (!channels.has(root)) channels.set(root, new Channel());
  return channels.get(root);
}

class UnaryCall extends GrpcCall {
  onResponse(response: GrpcResponse): void {
    const message = response.message == ABSENT ? "none" : sliceToString(response.message);
    reply(`status=${response.status} text=${sliceToString(response.statusText)} message=${message}`);
  }
}

class LoggedDeadline extends Deadline {
  onExpired(): void {
    say("expired");
  }
}

function reply(text: string): void {
  sendLocalReply(200, "grpc.done", "text/plain", bytesOf(text));
}

class GrpcFilter extends HttpFilter {
  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const words = sliceToString(headers.get(":path")).split("/");
    const command = words[1];
    const text = words.length > 2 ? words[2] : "";
    const stream = channel();
    if (command == "many") {
      for (let count = parseInt(text); count > 0; count--) this.newCall().dispatch("model", "test.Say", "Say", 0, 0);
      return HeadersAction.Pause;
    }
    if (command == "call") {
      const call = this.newCall();
      const timeout = words[3] == "Silent" ? 100 : CALL_TIMEOUT;
      if (call.dispatch(text, "test.Say", words[3], bytesOf(words[4]), timeout, clientMetadata)) {
        return HeadersAction.Pause;
      }
      reply("refused");
      return HeadersAction.Continue;
    }
    if (command == "wait") {
      stream.waiter = this.contextId;
      if (stream.send(bytesOf(text))) return HeadersAction.Pause;
      stream.waiter = 0;
    }
    reply(`${command} ${this.run(command, text, words)}`);
    return HeadersAction.Continue;
  }

  private newCall(): UnaryCall {
    const call = new UnaryCall();
    call.stream = this.contextId;
    return call;
  }

  private run(command: string, text: string, words: string[]): string {
    const stream = channel();
    if (command == "open") {
      stream.cluster = text;
      stream.method = words[3];
      return stream.start().toString();
    }
    if (command == "send") return stream.send(bytesOf(text)).toString();
    if (command == "last") return stream.send(bytesOf(text), true).toString();
    if (command == "close") stream.close();
    if (command == "cancel") stream.cancel();
    if (command == "again") stream.again = <i32>parseInt(text);
    if (command == "deadlines") for (let i = parseInt(text); i > 0; i--) setDeadline(new LoggedDeadline(), 10);
    if (command == "deadline") setDeadline(stream.deadline, <u32>parseInt(text));
    return `pending=${stream.isPending} open=${stream.isOpen}`;
  }
}

class Config {}

class GrpcPlugin extends Plugin<Config> {
  name(): string {
    return "grpc";
  }

  readConfig(reader: ConfigReader, inherited: Config | null): Config {
    return new Config();
  }

  createFilter(config: Config): HttpFilter | null {
    return new GrpcFilter();
  }

  override onRootEnd(root: u32): void {
    const stream = channels.has(root) ? channels.get(root) : null;
    say(`root ends pending=${stream ? stream.isPending : false}`);
    channels.delete(root);
  }
}

registerPlugin<Config>(new GrpcPlugin());
export * from "../../../../assembly/plugin/entry/core";
export * from "../../../../assembly/plugin/entry/grpc";
