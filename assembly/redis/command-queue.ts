import { sliceSize } from "../bytes/slice";
import { CommandSlot, RedisFault } from "./command";

/** The most slots that are kept to be used again, and the largest one. */
const MOST_SPARE: i32 = 256;
const LARGEST_SPARE: i32 = 4096;

/** Commands in their order. */
export class CommandQueue {
  /** The oldest command. */
  first: CommandSlot | null = null;
  private last: CommandSlot | null = null;
  /** The number of commands. */
  count: i32 = 0;
  /** The size of their arguments in bytes. */
  bytes: i32 = 0;

  /** Appends a command. */
  add(slot: CommandSlot): void {
    const last = this.last;
    if (last) last.next = slot;
    else this.first = slot;
    this.last = slot;
    this.count++;
    this.bytes += sliceSize(slot.encoded);
  }

  /** Removes the oldest command and returns it; `null` if there is none. */
  take(): CommandSlot | null {
    const slot = this.first;
    if (!slot) return null;
    this.first = slot.next;
    if (!slot.next) this.last = null;
    slot.next = null;
    this.count--;
    this.bytes -= sliceSize(slot.encoded);
    return slot;
  }

  /** Moves all commands to the end of another queue. */
  moveInto(other: CommandQueue): void {
    for (let slot = this.take(); slot; slot = this.take()) other.add(slot);
  }

  /** Moves all commands to the end of `failed`, or those that do not wait for Redis to return. */
  failInto(failed: CommandQueue, fault: RedisFault, keepsPatient: bool): void {
    for (let left = this.count; left > 0; left--) {
      const slot = this.take()!;
      const command = slot.command;
      slot.fault = fault;
      if (keepsPatient && command && command.isPatient) this.add(slot);
      else failed.add(slot);
    }
  }

  /**
   * Appends the commands that have waited for `timeout` to `failed`, but for patient ones: their replies count whenever they come. The places
   * stay, since replies come in the order of commands.
   */
  expireInto(failed: CommandQueue, now: u64, timeout: u64): void {
    let next = this.first;
    while (next) {
      const slot = next;
      const command = slot.command;
      next = slot.next;
      // A script that is sent a second time is older than the commands before it.
      if (!command || command.isPatient || now - slot.since < timeout) continue;
      slot.command = null;
      const mark = takeSlot();
      mark.fault = RedisFault.TimedOut;
      mark.command = command;
      command.slot = mark;
      failed.add(mark);
    }
  }
}

let spare: CommandSlot | null = null;
let spareCount: i32 = 0;

/** An unused slot. */
export function takeSlot(): CommandSlot {
  const slot = spare;
  if (!slot) return new CommandSlot();
  spare = slot.next;
  slot.next = null;
  spareCount--;
  return slot;
}

/** Gives back a slot that is in no queue. */
export function giveSlot(slot: CommandSlot): void {
  slot.command = null;
  slot.script = null;
  slot.hasText = false;
  slot.fault = RedisFault.None;
  if (spareCount == MOST_SPARE || slot.capacity > LARGEST_SPARE) return;
  slot.next = spare;
  spare = slot;
  spareCount++;
}
