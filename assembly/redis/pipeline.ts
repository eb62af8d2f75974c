import { ByteBuffer } from "../bytes/buffer";
import { ABSENT } from "../bytes/slice";
import { encodeCommand } from "./arguments";
import { Transport } from "./chosen-transport";
import { CommandSlot, RedisFault } from "./command";
import { CommandQueue, giveSlot } from "./command-queue";

/** So many commands that wait are sent at once, and so many bytes of their arguments. */
const MOST_TOGETHER: i32 = 32;
const MOST_BYTES_TOGETHER: i32 = 64 << 10;
/** Memory that is kept for the next commands. */
const KEPT_BYTES: i32 = 64 << 10;

const out = new ByteBuffer();

/**
 * The commands of a connection, in the order of their replies. A command goes at once if no other one is without a reply. Otherwise it waits
 * for the next reply, and is sent in one message with all that have come in between: a message costs Envoy as much as a command.
 */
export class Pipeline {
  /** Commands without a reply. */
  readonly sent: CommandQueue = new CommandQueue();
  /** Commands that the transport has not taken: the owner empties it after `send` and `flush`. */
  readonly refused: CommandQueue = new CommandQueue();
  /** Commands that are sent with the next reply; empty unless replies are missing. */
  private readonly together: CommandQueue = new CommandQueue();

  constructor(private readonly transport: Transport) {}

  /** The commands, sent or not. */
  get count(): i32 {
    return this.sent.count + this.together.count;
  }

  /** The size of their arguments. */
  get bytes(): i32 {
    return this.sent.bytes + this.together.bytes;
  }

  /** Sends a command, or with `mayWait` leaves it to the next `flush`. */
  send(slot: CommandSlot, mayWait: bool): void {
    this.together.add(slot);
    if (!mayWait || !this.transport.joins || !this.sent.count) return this.flush();
    if (this.together.count >= MOST_TOGETHER || this.together.bytes >= MOST_BYTES_TOGETHER) this.flush();
  }

  /** Sends what waits. To be called after replies have arrived, and after a time. */
  flush(): void {
    if (!this.together.count) return;
    out.release(KEPT_BYTES);
    for (let next = this.together.first; next;) {
      const slot = next;
      if (slot.command) encode(slot);
      next = slot.next;
    }
    const isSent = !out.size || this.transport.send(out.slice);
    for (let slot = this.together.take(); slot; slot = this.together.take()) {
      if (!slot.command) giveSlot(slot);
      else if (isSent) this.sent.add(slot);
      else this.refused.add(slot);
    }
  }

  /** Redis cannot be reached: moves patient commands that were not sent to `unsent`. */
  withdraw(unsent: CommandQueue): void {
    for (let left = this.together.count; left > 0; left--) {
      const slot = this.together.take()!;
      const command = slot.command;
      if (command && command.isPatient) unsent.add(slot);
      else this.together.add(slot);
    }
  }

  /** The connection is lost: what was sent fails, and what was not moves to `unsent`. */
  fail(failed: CommandQueue, fault: RedisFault, unsent: CommandQueue): void {
    this.sent.failInto(failed, fault, false);
    this.together.moveInto(unsent);
  }
}

/** Appends a command to `out`. */
function encode(slot: CommandSlot): void {
  const script = slot.script;
  if (script) encodeCommand(out, slot.count + 2, script.first(slot.hasText), slot.encoded);
  else encodeCommand(out, slot.count, ABSENT, slot.encoded);
}
