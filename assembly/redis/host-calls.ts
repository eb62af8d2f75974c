import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceOfBuffer, subslice, sliceSize } from "../bytes/slice";
import { Call } from "../host/call";
import { Deadline } from "../host/deadline";
import { dispatchRedisCall, initializeRedis, receivedReply } from "../host/redis-call";
import { isErrorCode } from "./reply";
import { RedisSettings } from "./settings";
import { RedisTransport } from "./transport";

/** Stands for a reply that the host did not get: Envoy's redis_proxy says the same, and the client knows it. */
const FAILED: ArrayBuffer = String.UTF8.encode("-upstream failure\r\n");
/** Any token: a connection is not found by it. */
const OPEN: u32 = 1;

/** The most objects that are kept to be used again, and the bytes that each keeps. */
const MOST_SPARE: i32 = 256;
const KEPT_BYTES: i32 = 256;

/** A command whose reply is missing, or has come before those of earlier commands. */
class HostCommand {
  token: u32 = 0;
  connection: HostCalls | null = null;
  /** The reply, if it came early. */
  readonly reply: ByteBuffer = new ByteBuffer();
  /** Whether the reply has come. */
  isDone: bool = false;
  /** The next command of the connection. */
  next: HostCommand | null = null;
}

let spare: HostCommand | null = null;
let spareCount: i32 = 0;

function takeCommand(token: u32, connection: HostCalls): HostCommand {
  const kept = spare;
  const entry = kept ? kept : new HostCommand();
  if (kept) {
    spare = kept.next;
    spareCount--;
  }
  entry.token = token;
  entry.connection = connection;
  entry.next = null;
  return entry;
}

function giveCommand(entry: HostCommand): void {
  entry.connection = null;
  entry.isDone = false;
  if (spareCount == MOST_SPARE) return entry.reply.dispose();
  entry.reply.release(KEPT_BYTES);
  entry.next = spare;
  spare = entry;
  spareCount++;
}

/** The commands of all connections by the host's token. */
const pending = new Map<u32, HostCommand>();

/** The deadline of a connection. */
class CallsDeadline extends Deadline {
  calls: HostCalls | null = null;

  onExpired(): void {
    this.calls!.listener!.onTimeout();
  }
}

/** The connection as a call of its root context, which drops it when it ends. */
class Connected extends Call {
  /** The connection. */
  calls: HostCalls | null = null;

  open(): void {
    if (!this.isPending) this.begin(OPEN);
  }

  drop(): void {
    if (this.isPending) this.end();
    this.calls!.forget();
  }
}

/**
 * Commands by the host calls of Higress's Envoy. It connects, authenticates and limits the time itself, and reports every result by its
 * own; here they are passed on in the order of the commands, also where several servers are behind the cluster.
 * https://github.com/higress-group/proxy-wasm-go-sdk/blob/main/proxywasm/hostcall.go
 */
export class HostCalls extends RedisTransport {
  private readonly connected: Connected = new Connected();
  private readonly time: CallsDeadline = new CallsDeadline();
  private readonly target: string;
  private isInitialized: bool = false;
  private first: HostCommand | null = null;
  private last: HostCommand | null = null;

  constructor(settings: RedisSettings) {
    super(settings);
    this.target = settings.database ? `${settings.cluster}?db=${settings.database}` : settings.cluster;
    this.connected.calls = this;
    this.time.calls = this;
  }

  get deadline(): Deadline {
    return this.time;
  }

  get isOpen(): bool {
    return this.connected.isPending;
  }

  get authenticates(): bool {
    return true;
  }

  get joins(): bool {
    return false;
  }

  open(): bool {
    if (!this.initialize()) return false;
    this.connected.open();
    return true;
  }

  send(command: Slice): bool {
    if (!this.isOpen || !this.initialize()) return false;
    const token = dispatchRedisCall(this.target, command);
    if (!token) return false;
    const entry = takeCommand(token, this);
    const last = this.last;
    if (last) last.next = entry;
    else this.first = entry;
    this.last = entry;
    pending.set(token, entry);
    return true;
  }

  cancel(): void {
    this.connected.drop();
  }

  /** Forgets the commands that wait: what the host reports of them is ignored. */
  forget(): void {
    for (let entry = this.first; entry; entry = this.first) {
      pending.delete(entry.token);
      this.removeFirst(entry);
      giveCommand(entry);
    }
    this.isInitialized = false;
    this.time.clear();
  }

  /** The result of a command has come; `size` is that of the reply. */
  receive(entry: HostCommand, status: u32, size: i32): void {
    pending.delete(entry.token);
    const reply = status || !size ? sliceOfBuffer(FAILED) : receivedReply(size);
    // Another plugin has given the host another password for this cluster.
    if (isErrorCode(subslice(reply, 1, sliceSize(reply)), "NOAUTH")) this.isInitialized = false;
    if (entry !== this.first) {
      entry.isDone = true;
      entry.reply.append(reply);
      return;
    }
    this.removeFirst(entry);
    giveCommand(entry);
    this.listener!.onMessage(reply);
    for (let next = this.first; next && next.isDone; next = this.first) {
      this.removeFirst(next);
      this.listener!.onMessage(next.reply.slice);
      giveCommand(next);
    }
  }

  private removeFirst(entry: HostCommand): void {
    this.first = entry.next;
    if (!entry.next) this.last = null;
  }

  /** Gives the host the password and the timeout. It keeps its connections if they are the same as before. */
  private initialize(): bool {
    if (this.isInitialized) return true;
    const settings = this.settings;
    this.isInitialized = initializeRedis(this.target, settings.username, settings.password, settings.timeout);
    return this.isInitialized;
  }
}

/** Passes on the result that the host reports with a token; an unknown one is ignored. */
export function receiveRedisReply(token: u32, status: u32, size: i32): void {
  if (!pending.has(token)) return;
  const entry = pending.get(token);
  entry.connection!.receive(entry, status, size);
}
