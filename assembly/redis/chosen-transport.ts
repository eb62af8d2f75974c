import { GrpcChannel } from "./grpc-channel";
import { RedisSettings } from "./settings";
import { RedisTransport } from "./transport";

/** The transport of this build. */
export function chosenTransport(settings: RedisSettings): RedisTransport {
  return new GrpcChannel(settings);
}
