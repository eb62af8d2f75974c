import { Slice } from "../bytes/slice";
import { Deadline } from "../host/deadline";
import { RedisSettings } from "./settings";

/** Receives what a transport brings. */
export abstract class TransportListener {
  /** Bytes of replies arrived, cut anywhere. They are valid until the hook returns or calls `turnTo`. */
  abstract onMessage(message: Slice): void;

  /** The connection broke. It can be opened again from then on, also in this hook. */
  abstract onLoss(): void;

  /** The deadline of the transport has passed. */
  abstract onTimeout(): void;
}

/**
 * The way of commands to Redis, as a connection of a root context: replies come in the order of the commands. There are two: a gRPC
 * stream to redis-bridge (`GrpcChannel`), and the host calls of Higress's Envoy (`HostCalls`).
 */
export abstract class RedisTransport {
  /** Receives what the transport brings; set before it is opened. */
  listener: TransportListener | null = null;

  constructor(protected readonly settings: RedisSettings) {}

  /** The time of the listener's next look at what waits. It is cleared when the connection ends. */
  abstract get deadline(): Deadline;

  /** Whether commands can be sent. */
  abstract get isOpen(): bool;

  /** Whether the host sends AUTH and SELECT by itself. */
  abstract get authenticates(): bool;

  /** Whether `send` takes several commands at once. */
  abstract get joins(): bool;

  /** Opens the connection, in a callback of its root context. Returns `false` if the host knows no such cluster. */
  abstract open(): bool;

  /** Sends a whole command, or several if the transport joins them. Returns `false` if it was not sent. */
  abstract send(command: Slice): bool;

  /** Ends the connection at once; no hook is called. */
  abstract cancel(): void;
}
