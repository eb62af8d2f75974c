// SPDX-License-Identifier: Apache-2.0
import { countReplies, parseReply } from "../harness/resp.ts";
import type { GrpcStreamCallout } from "./callouts.ts";
import { GrpcPeer } from "./grpc-peer.ts";
import type { ProxyHost } from "./proxy-host.ts";

/** A scripted Redis behind the gRPC streams of a plugin on the Node host. */
export class RedisPeer {
  readonly grpc: GrpcPeer;

  /** `reply` gives the bytes for a command; null for no reply. */
  constructor(
    host: ProxyHost,
    private readonly reply: (command: string[]) => string | null = () => "+OK\r\n",
  ) {
    this.grpc = new GrpcPeer(host);
  }

  /** The connection; there must be one. */
  get stream(): GrpcStreamCallout {
    const [stream] = this.grpc.streams;
    if (!stream) throw new Error("the plugin has no connection");
    return stream;
  }

  /** The commands that were sent since the last call. */
  take(): string[][] {
    return this.grpc.streams.flatMap((stream) => commandsOf(stream));
  }

  /** Replies to every command, all in one message; gives back the commands. */
  answer(): string[][] {
    return this.grpc.streams.flatMap((stream) => {
      const commands = commandsOf(stream);
      const replies = commands.map(this.reply).filter((text) => text !== null);
      if (replies.length) this.grpc.message(stream, replies.join(""));
      return commands;
    });
  }

  /** Sends bytes. */
  send(bytes: Buffer | string): void {
    this.grpc.message(this.stream, bytes);
  }
}

function commandsOf(stream: GrpcStreamCallout): string[][] {
  const bytes = Buffer.concat(stream.sent.splice(0));
  let from = 0;
  return countReplies(bytes).ends.map((end) => {
    const command = parseReply(bytes.subarray(from, end)) as string[];
    from = end;
    return command;
  });
}
