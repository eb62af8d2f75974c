import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceSize } from "../bytes/slice";

const BULK: u32 = 0x24;
const ARRAY: u32 = 0x2a;

/**
 * The arguments of a command as RESP bulk strings, which hold any bytes. One object serves many commands.
 * https://valkey.io/topics/protocol/#sending-commands-to-a-valkey-server
 *
 * @example
 * args.clear().text("INCRBY").bytes(key).integer(5);
 */
export class RedisArguments {
  private readonly content: ByteBuffer = new ByteBuffer();
  private readonly digits: ByteBuffer = new ByteBuffer();
  /** The number of arguments. */
  count: i32 = 0;

  /** Removes all arguments. */
  clear(): this {
    this.content.clear();
    this.count = 0;
    return this;
  }

  /** Appends a text. */
  text(value: string): this {
    this.digits.clear();
    return this.bytes(this.digits.text(value).slice);
  }

  /** Appends a decimal number. */
  integer(value: i64): this {
    this.digits.clear();
    return this.bytes(this.digits.integer(value).slice);
  }

  /** Appends bytes. */
  bytes(value: Slice): this {
    this.count++;
    lineOf(this.content, BULK, sliceSize(value));
    endLine(this.content.append(value));
    return this;
  }

  /** The encoded arguments, without the number in front; valid until the next change. */
  get encoded(): Slice {
    return this.content.slice;
  }

  /** Frees the memory; the object is not used again. */
  free(): void {
    this.content.dispose();
    this.digits.dispose();
  }
}

/** Appends a whole command: the number of its arguments, then `first` and `rest`, which are encoded. */
export function encodeCommand(out: ByteBuffer, count: i32, first: Slice, rest: Slice): void {
  lineOf(out, ARRAY, count);
  out.append(first).append(rest);
}

function lineOf(out: ByteBuffer, type: u32, number: i32): void {
  endLine(out.byte(type).integer(number));
}

function endLine(out: ByteBuffer): void {
  out.byte(0x0d).byte(0x0a);
}
