import { ByteBuffer } from "../../bytes/buffer";
import { RecordList } from "../../bytes/records";
import { Slice, sliceSize, subslice } from "../../bytes/slice";
import { freeUnmanaged } from "../../bytes/unmanaged";
import { ArgumentsProgress } from "./arguments-progress";
import { ToolCall } from "./choices";

/** More than this is not held of the tool calls of a response. */
const MOST_HELD = 1 << 20;
const KEPT_BYTES = 4096;

/** A part of a tool call. */
export const enum CallPart {
  Id = 1,
  Name = 2,
  Arguments = 4,
}

/** A piece of a part. */
@unmanaged
class HeldPiece {
  /** The place of the call's next piece, from 1; 0 for none. */
  next: i32;
  part: CallPart;
  from: i32;
  end: i32;
}

/**
 * What is known of the tool calls of a choice that have not begun for the client, in order and bounded: a call waits for the end of
 * the one before it, and for its name.
 */
@unmanaged
export class HeldCalls {
  /** The key of the call that waits longest; -1 for none. */
  first: i32 = -1;
  /** The key of the call that waits shortest; -1 for none. */
  last: i32 = -1;
  /** How far the call is that has begun and is not whole. */
  readonly open: ArgumentsProgress = new ArgumentsProgress();
  private readonly texts: ByteBuffer = new ByteBuffer();
  private readonly bytes: ByteBuffer = new ByteBuffer();
  private readonly pieces: RecordList<HeldPiece> = new RecordList<HeldPiece>(this.bytes, 0);

  /** Puts a call behind those that wait; `before` is the one of `last`, or null. */
  enter(call: ToolCall, before: ToolCall | null): void {
    call.isHeld = true;
    call.nextHeld = -1;
    if (before) before.nextHeld = call.key;
    else this.first = call.key;
    this.last = call.key;
  }

  /** Adds to a part of a call that waits; `false` if that is too much. */
  add(call: ToolCall, part: CallPart, piece: Slice): bool {
    if (!sliceSize(piece)) return true;
    const texts = this.texts;
    const from = texts.size;
    texts.append(piece);
    const held = this.pieces.add();
    held.part = part;
    held.from = from;
    held.end = texts.size;
    const number = this.pieces.count;
    if (call.lastPiece) this.pieces.at(call.lastPiece - 1).next = number;
    else call.firstPiece = number;
    call.lastPiece = number;
    call.heldParts |= part;
    return texts.size + this.bytes.size <= MOST_HELD;
  }

  /** Puts a part of a call together. */
  join(call: ToolCall, part: CallPart, into: ByteBuffer): Slice {
    into.release(KEPT_BYTES);
    for (let at = this.next(call.firstPiece, part); at; at = this.next(this.after(at), part))
      into.append(this.text(at));
    return into.slice;
  }

  /** The place of the first piece of a part, from a place on, which may be 0; 0 for none. */
  next(place: i32, part: CallPart): i32 {
    while (place && this.pieces.at(place - 1).part != part) place = this.pieces.at(place - 1).next;
    return place;
  }

  /** The place behind another one. */
  after(place: i32): i32 {
    return this.pieces.at(place - 1).next;
  }

  /** The piece at a place. */
  text(place: i32): Slice {
    const piece = this.pieces.at(place - 1);
    return subslice(this.texts.slice, piece.from, piece.end);
  }

  /** Lets the first call go, once its pieces are read. */
  leave(call: ToolCall): void {
    call.isHeld = false;
    this.first = call.nextHeld;
    if (this.first >= 0) return;
    this.last = -1;
    this.texts.release(KEPT_BYTES);
    this.bytes.release(KEPT_BYTES);
  }

  /** Gives back the memory and the object itself, which is not used again. */
  dispose(): void {
    this.texts.dispose();
    this.bytes.dispose();
    freeUnmanaged(this.pieces);
    freeUnmanaged(this.open);
    freeUnmanaged(this);
  }
}
