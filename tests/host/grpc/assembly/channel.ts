// SPDX-License-Identifier: Apache-2.0
import { Slice, sliceOfBuffer, sliceSize, sliceToString } from "../../../../assembly/bytes/slice";
import { GrpcStream } from "../../../../assembly/host/grpc-stream";
import { HeaderMap } from "../../../../assembly/host/headers";
import { HeaderPairs } from "../../../../assembly/host/header-pairs";
import { log, LogLevel } from "../../../../assembly/host/log";
import { continueRequest } from "../../../../assembly/host/stream";
import { turnTo } from "../../../../assembly/plugin/dispatcher";

/** Initial metadata that the service shows again. */
export const clientMetadata = new HeaderPairs().addText("x-client", "gateway");

/** A message of this text, for as long as the text is held. */
export function bytesOf(text: string): Slice {
  return sliceOfBuffer(String.UTF8.encode(text));
}

/** A stream that logs what happens to it. */
export class Channel extends GrpcStream {
  /** The HTTP stream that goes on with the next message; 0 for none. */
  waiter: u32 = 0;
  /** How often it is opened again when it ends. */
  again: i32 = 0;
  cluster: string = "";
  method: string = "";

  start(): bool {
    return this.open(this.cluster, "test.Chat", this.method, clientMetadata);
  }

  override onInitialMetadata(metadata: HeaderMap): void {
    say(`initial metadata x-server=${sliceToString(metadata.get("x-server"))}`);
  }

  override onTrailingMetadata(metadata: HeaderMap): void {
    say(`trailing metadata x-end=${sliceToString(metadata.get("x-end"))}`);
  }

  onMessage(message: Slice): void {
    say(sliceSize(message) > 100 ? `message of ${sliceSize(message)} bytes` : `message ${sliceToString(message)}`);
    this.resume();
  }

  onClose(status: u32, text: Slice): void {
    say(
      `closed ${status} ${sliceToString(text)}; pending=${this.isPending} open=${this.isOpen} send=${this.send(text)}`,
    );
    if (this.again-- > 0) say(`again ${this.start()} send=${this.send(bytesOf("again"))}`);
    this.resume();
  }

  private resume(): void {
    const waiter = this.waiter;
    this.waiter = 0;
    if (waiter && turnTo(waiter)) continueRequest();
  }
}

/** Logs a line that both hosts are compared by. */
export function say(text: string): void {
  log(LogLevel.Info, "grpc: " + text);
}
