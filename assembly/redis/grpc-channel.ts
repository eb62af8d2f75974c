import { Slice } from "../bytes/slice";
import { Deadline } from "../host/deadline";
import { GrpcStream } from "../host/grpc-stream";
import { RedisSettings } from "./settings";
import { RedisTransport } from "./transport";

/** The gRPC stream of a channel. */
class ChannelStream extends GrpcStream {
  /** The channel that it belongs to. */
  channel: GrpcChannel | null = null;

  onMessage(message: Slice): void {
    this.channel!.listener!.onMessage(message);
  }

  onClose(status: u32, text: Slice): void {
    this.channel!.listener!.onLoss();
  }

  override onTimeout(): void {
    this.channel!.listener!.onTimeout();
  }
}

/** A gRPC stream to redis-bridge, which is a TCP connection behind it. It is cancelled when its root context ends. */
export class GrpcChannel extends RedisTransport {
  private readonly stream: ChannelStream = new ChannelStream();

  constructor(settings: RedisSettings) {
    super(settings);
    this.stream.channel = this;
  }

  get deadline(): Deadline {
    return this.stream.deadline;
  }

  get isOpen(): bool {
    return this.stream.isOpen;
  }

  get authenticates(): bool {
    return false;
  }

  get joins(): bool {
    return true;
  }

  open(): bool {
    return this.stream.open(this.settings.cluster, "redis.Bridge", "Connect");
  }

  send(command: Slice): bool {
    return this.stream.send(command);
  }

  cancel(): void {
    this.stream.cancel();
  }
}
