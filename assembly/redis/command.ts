import { copyInto, Slice, sliceOfBuffer, sliceSize, subslice } from "../bytes/slice";
import { Call } from "../host/call";
import { RedisArguments } from "./arguments";
import { RedisScript } from "./script";

/** Why a command has no result. */
export const enum RedisFault {
  /** It has one. */
  None,
  /** Redis cannot be reached, the connection broke, or too many commands wait. It may have run. */
  Down,
  /** There was no reply in time. It may have run, or may still run. */
  TimedOut,
  /** Redis replied with an error. */
  Refused,
  /** What came is not a reply of RESP2. */
  Protocol,
}

/** Any token: commands are not found by it. */
const WAITING: u32 = 1;

/**
 * A command that waits for its reply. Subclass it and keep the state in fields; an object is used for one command at a time, and again
 * after its end. With `stream` it belongs to that stream and its hook is not called after the stream's end. With `stream` 0 it belongs to
 * the root context and outlives streams, as a command that settles an account must.
 */
export abstract class RedisCommand extends Call {
  /**
   * Whether the command is kept while Redis cannot be reached, and sent when it can be reached again. For a command whose result nobody
   * waits for.
   */
  isPatient: bool = false;
  /** Its place in the queue. */
  slot: CommandSlot | null = null;

  /**
   * The command has ended. `reply` is read by a `ReplyReader`: a result, or with `RedisFault.Refused` an error; otherwise it is `ABSENT`.
   * It is valid until the hook returns. Host calls act on the stream that waits, if there is one.
   */
  abstract onResult(fault: RedisFault, reply: Slice): void;

  /** Takes its place in the queue. */
  enqueue(slot: CommandSlot): void {
    this.slot = slot;
    slot.command = this;
    this.begin(WAITING);
  }

  /** Leaves the queue. */
  dequeue(): void {
    this.slot = null;
    this.end();
  }

  /** Passes from the stream that waits to the root context: the hook is called after the stream's end, too. For a `drop` of a subclass. */
  protected outlive(): void {
    this.end();
    this.stream = 0;
    this.begin(WAITING);
  }

  /** Ends the command without a call of its hook. Its place in the queue stays until the reply, if it was sent. */
  drop(): void {
    const slot = this.slot;
    if (!slot) return;
    slot.command = null;
    this.dequeue();
  }
}

/** The place of a command in a queue, with what is needed to send it (again). Objects are used again. */
export class CommandSlot {
  /** `null` after the command was dropped or has timed out: its reply is ignored. */
  command: RedisCommand | null = null;
  /** The script that it calls; `null` for a plain command. */
  script: RedisScript | null = null;
  /** Whether the script was sent as a text. */
  hasText: bool = false;
  /** When it was given, in nanoseconds of the monotonic clock. */
  since: u64 = 0;
  /** Why it has failed. */
  fault: RedisFault = RedisFault.None;
  /** The next one in the queue. */
  next: CommandSlot | null = null;
  /** The number of encoded arguments. */
  count: i32 = 0;
  private size: i32 = 0;
  private content: ArrayBuffer = new ArrayBuffer(256);

  /** Keeps a copy of the arguments. */
  keep(args: RedisArguments): void {
    const size = sliceSize(args.encoded);
    if (size > this.content.byteLength) this.content = new ArrayBuffer(size);
    copyInto(sliceOfBuffer(this.content), args.encoded);
    this.count = args.count;
    this.size = size;
  }

  /** The encoded arguments. */
  get encoded(): Slice {
    return subslice(sliceOfBuffer(this.content), 0, this.size);
  }

  /** The memory of the arguments in bytes. */
  get capacity(): i32 {
    return this.content.byteLength;
  }
}
