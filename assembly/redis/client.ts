import { ABSENT, Slice, sliceSize } from "../bytes/slice";
import { monotonic } from "../host/clock";
import { currentRoot } from "../host/root";
import { MOST_TURNS, turnTo } from "../plugin/dispatcher";
import { roots, setDeadline } from "../plugin/root";
import { RedisArguments } from "./arguments";
import { BackOff } from "./back-off";
import { Transport } from "./chosen-transport";
import { CommandSlot, RedisCommand, RedisFault } from "./command";
import { CommandQueue, giveSlot, takeSlot } from "./command-queue";
import { DecoderFault, ReplyDecoder } from "./decoder";
import { ErrorMeaning, meaningOf } from "./error-meaning";
import { Handshake } from "./handshake";
import { Pipeline } from "./pipeline";
import { ReplyKind, ReplyReader } from "./reply";
import { RedisScript } from "./script";
import { RedisSettings } from "./settings";
import { TransportListener } from "./transport";
import { isDown, Trouble, TroubleLog, troubleOf } from "./trouble";

/** The most commands that wait for a reply, or to be sent, and the most bytes of their arguments: Envoy buffers without a limit. */
const MOST_COMMANDS: i32 = 8192;
const MOST_BYTES: i32 = 4 << 20;
const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;
/** Milliseconds between two looks at the time, while something waits: the period of the kernel's ticks. */
const LOOK_EVERY: u32 = 50;

const reader = new ReplyReader();

/**
 * A connection of a root context to Redis or Valkey, over the transport of this build. It connects with the first command, sends
 * commands without waiting for the replies of earlier ones, and connects again after it broke.
 */
export class RedisClient extends TransportListener {
  private readonly home: u32 = currentRoot();
  private readonly timeout: u64;
  private readonly decoder: ReplyDecoder = new ReplyDecoder();
  /** Commands that wait for the connection. */
  private readonly unsent: CommandQueue = new CommandQueue();
  /** Commands that have failed and do not know it yet. */
  private readonly failed: CommandQueue = new CommandQueue();
  /** Whether Redis has replied on this connection: patient commands wait for it. */
  private isProven: bool = false;
  /** Whether Redis was not ready for the last patient command, though it may be for others: reads, or commands of another node. */
  private isRefusing: bool = false;
  /** When the latest bytes arrived, the connection was opened, or what had waited was sent: nanoseconds. */
  private heardAt: u64 = 0;
  /** Whether there may be replies that were not passed on yet. */
  private isBehind: bool = false;
  private readonly backOff: BackOff = new BackOff();
  private readonly troubles: TroubleLog;
  private readonly transport: Transport;
  private readonly pipeline: Pipeline;
  private readonly handshake: Handshake;

  private constructor(private readonly settings: RedisSettings) {
    super();
    this.timeout = <u64>settings.timeout * NANOSECONDS_PER_MILLISECOND;
    this.troubles = new TroubleLog(settings.cluster);
    const transport = new Transport(settings);
    this.transport = transport;
    this.pipeline = new Pipeline(transport);
    this.handshake = new Handshake(settings, transport);
    transport.listener = this;
  }

  /** The client of the current root context with these settings. Call it where the configuration is read. */
  static of(settings: RedisSettings): RedisClient {
    const root = currentRoot();
    for (let i = clients.length - 1; i >= 0; i--) {
      const client = clients[i];
      if (client.home == root && client.settings.equals(settings)) return client;
      if (!roots.has(client.home)) clients.splice(i, 1);
    }
    const client = new RedisClient(settings);
    clients.push(client);
    return client;
  }

  /** Sends a command. Returns a fault, and never calls `onResult`, if that is not possible. */
  run(command: RedisCommand, args: RedisArguments): RedisFault {
    return this.offer(command, null, args);
  }

  /** Runs a script; `args` are the number of keys, the keys, and the arguments. Returns what `run` does. */
  evaluate(command: RedisCommand, script: RedisScript, args: RedisArguments): RedisFault {
    return this.offer(command, script, args);
  }

  private offer(command: RedisCommand, script: RedisScript | null, args: RedisArguments): RedisFault {
    const isPatient = command.isPatient;
    if (!isPatient && !this.transport.isOpen && !this.connect()) return RedisFault.Down;
    if (
      this.pipeline.count + this.unsent.count >= MOST_COMMANDS ||
      this.pipeline.bytes + this.unsent.bytes + sliceSize(args.encoded) > MOST_BYTES
    ) {
      this.troubles.report(Trouble.Full);
      return RedisFault.Down;
    }
    const slot = takeSlot();
    slot.script = script;
    slot.since = monotonic();
    slot.keep(args);
    command.enqueue(slot);
    if (this.isReady && (this.isProven || !isPatient)) this.transmit(slot, this.isProven);
    else this.unsent.add(slot);
    if (!this.transport.isOpen) this.connect();
    this.arm();
    return RedisFault.None;
  }

  onMessage(message: Slice): void {
    this.heardAt = monotonic();
    this.decoder.push(message);
    this.deliver();
  }

  onLoss(): void {
    this.lose(RedisFault.Down, Trouble.Down);
    this.deliver();
  }

  /** Looks at everything that depends on time: commands without a reply, the next attempt to connect, what one callback left over. */
  onTimeout(): void {
    // Replies that have come count, however late they are passed on.
    if (this.isBehind) this.deliver();
    if (this.isBehind) return;
    const now = monotonic();
    const first = this.pipeline.sent.first;
    const isWaiting = this.transport.isOpen && (first !== null || this.handshake.missing > 0);
    const since = first ? max(first.since, this.heardAt) : this.heardAt;
    if (isWaiting && now - since >= this.timeout) this.breakOff(RedisFault.TimedOut, Trouble.Silent);
    else if (isWaiting) this.pipeline.sent.expireInto(this.failed, now, this.timeout);
    this.unsent.expireInto(this.failed, now, this.timeout);
    if (this.unsent.count && !this.handshake.missing && !this.backOff.wait) {
      if (!this.transport.isOpen) this.connect();
      else if (this.isProven) this.flush();
      else if (!this.pipeline.sent.count) this.probe();
    }
    this.deliver();
  }

  private get isReady(): bool {
    return this.transport.isOpen && !this.handshake.missing;
  }

  /** Opens the connection, unless it is too early for another attempt. */
  private connect(): bool {
    if (this.backOff.wait) return false;
    this.decoder.reset();
    if (!this.transport.open()) {
      this.troubles.report(Trouble.MissingCluster);
      this.backOff.fail();
      return false;
    }
    this.heardAt = monotonic();
    this.isProven = false;
    this.handshake.reset();
    this.handshake.authenticate();
    if (this.unsent.count) this.probe();
    return true;
  }

  /** Asks whether Redis runs commands, where nothing else would tell. */
  private probe(): void {
    this.heardAt = monotonic();
    if (!this.handshake.probe()) this.backOff.fail();
  }

  /** Sends what has waited for the connection. */
  private flush(): void {
    this.isProven = true;
    this.heardAt = monotonic();
    for (let left = this.unsent.count; left > 0 && this.isProven; left--) {
      const slot = this.unsent.take()!;
      if (slot.command) this.transmit(slot, true);
      else giveSlot(slot);
    }
  }

  private transmit(slot: CommandSlot, mayWait: bool): void {
    this.pipeline.send(slot, mayWait);
    this.keepRefused();
  }

  /** The transport may have refused commands: those that are patient wait, the others fail. */
  private keepRefused(): void {
    if (!this.pipeline.refused.count) return;
    this.isProven = false;
    this.backOff.fail();
    this.troubles.report(Trouble.Down);
    this.pipeline.refused.failInto(this.failed, RedisFault.Down, true);
    this.pipeline.refused.moveInto(this.unsent);
  }

  /** Passes on failures and replies, in one callback to at most `MOST_TURNS` streams; the others follow at once in a tick. */
  private deliver(): void {
    let turns = MOST_TURNS;
    while (turns > 0) {
      const slot = this.failed.take();
      const reply = slot ? ABSENT : this.decoder.next();
      if (slot) turns -= this.settle(slot, slot.fault, ABSENT);
      else if (reply != ABSENT) turns -= this.onReply(reply);
      else if (this.decoder.fault == DecoderFault.None) break;
      else this.breakOff(RedisFault.Protocol, Trouble.Protocol);
    }
    this.isBehind = turns <= 0;
    this.pipeline.flush();
    this.keepRefused();
    this.arm();
  }

  /** Returns how many streams were turned to. */
  private onReply(reply: Slice): i32 {
    reader.begin(reply);
    reader.next();
    const meaning = reader.kind == ReplyKind.Error ? meaningOf(reader.text) : ErrorMeaning.None;
    if (this.handshake.missing) return this.onGreeting(meaning);
    const slot = this.pipeline.sent.take();
    if (!slot) {
      this.breakOff(RedisFault.Protocol, Trouble.Protocol);
      return 0;
    }
    const command = slot.command;
    if (meaning == ErrorMeaning.UnknownScript && slot.script && command && !slot.hasText) {
      slot.hasText = true;
      this.transmit(slot, true);
      return 0;
    }
    if (command && command.isPatient) this.isRefusing = meaning == ErrorMeaning.Unavailable;
    this.note(meaning);
    if (!this.isProven && !isDown(meaning)) this.flush();
    if (meaning == ErrorMeaning.Unavailable && command && command.isPatient) {
      this.unsent.add(slot);
      return 0;
    }
    if (meaning == ErrorMeaning.None) return this.settle(slot, RedisFault.None, reply);
    return isDown(meaning) ? this.settle(slot, RedisFault.Down, ABSENT) : this.settle(slot, RedisFault.Refused, reply);
  }

  /** Notes what a reply says about Redis as a whole. */
  private note(meaning: ErrorMeaning): void {
    if (!isDown(meaning)) {
      if (!this.isRefusing) this.backOff.succeed();
    } else if (!this.backOff.wait) this.backOff.fail();
    // Redis was not reached: patient commands wait until it is.
    if (meaning == ErrorMeaning.Unreachable) {
      this.isProven = false;
      this.pipeline.withdraw(this.unsent);
    }
    const trouble = troubleOf(meaning);
    if (trouble == Trouble.None) this.troubles.clear();
    else this.troubles.report(trouble);
  }

  private onGreeting(meaning: ErrorMeaning): i32 {
    const trouble = this.handshake.accept(meaning);
    if (trouble != Trouble.None) this.breakOff(isDown(meaning) ? RedisFault.Down : RedisFault.Refused, trouble);
    else if (!this.handshake.missing) this.flush();
    return 0;
  }

  /** Ends a command. Returns 1 if the host calls of its hook acted on a stream, else 0. */
  private settle(slot: CommandSlot, fault: RedisFault, reply: Slice): i32 {
    const command = slot.command;
    giveSlot(slot);
    if (!command) return 0;
    command.dequeue();
    const stream = command.stream;
    if (stream && !turnTo(stream)) return 0;
    command.onResult(fault, reply);
    return stream ? 1 : 0;
  }

  /** Ends the connection. */
  private breakOff(fault: RedisFault, trouble: Trouble): void {
    this.transport.cancel();
    this.lose(fault, trouble);
  }

  /** After the end of the connection: every command fails, except for patient ones that were not sent. */
  private lose(fault: RedisFault, trouble: Trouble): void {
    this.troubles.report(trouble);
    this.backOff.fail();
    this.decoder.reset();
    this.handshake.reset();
    this.pipeline.fail(this.failed, fault, this.unsent);
    this.unsent.failInto(this.failed, fault, true);
  }

  /** Sets the deadline: at once if something was left over, else for the next look at the time; none if nothing waits. */
  private arm(): void {
    const first = this.pipeline.sent.first;
    if (this.isBehind || this.failed.count) setDeadline(this.transport.deadline, 0);
    else if (!first && !this.handshake.missing && !this.unsent.count) this.transport.deadline.clear();
    else if (this.transport.deadline.list === null) setDeadline(this.transport.deadline, LOOK_EVERY);
  }
}

const clients: RedisClient[] = [];
