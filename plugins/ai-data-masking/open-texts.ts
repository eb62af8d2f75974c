import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, subslice } from "../../assembly/bytes/slice";
import { Masker } from "./masker";
import { maskPiece } from "./pieces";
import { TextState } from "./text-state";

/** The most texts that one stream may have open at once: choices, times their texts and tool calls. */
const MOST_TEXTS = 256;
/** The texts whose memory is kept for the next stream. */
const KEPT_TEXTS = 8;

const tail = new ByteBuffer();

/** The texts of a stream that may continue. */
export class OpenTexts {
  private readonly states: TextState[] = [];
  private used: i32 = 0;
  /** Stands for all texts beyond `MOST_TEXTS`, for which the stream is refused: masked piece by piece, a match that is cut would pass. */
  private readonly others: TextState = new TextState();

  /** The text with this key; a new one is begun. */
  of(key: u64, owner: i32, isArguments: bool): TextState {
    for (let i = this.used - 1; i >= 0; i--) if (unchecked(this.states[i]).key == key) return unchecked(this.states[i]);
    if (this.used == MOST_TEXTS) {
      this.others.begin(isArguments);
      return this.others;
    }
    if (this.used == this.states.length) this.states.push(new TextState());
    const state = this.states[this.used++];
    state.key = key;
    state.owner = owner;
    state.begin(isArguments);
    state.prefix.clear();
    state.suffix.clear();
    return state;
  }

  /** Appends what is known of a text after one more piece. */
  write(masker: Masker, state: TextState, piece: Slice, isLast: bool, out: ByteBuffer): void {
    if (state == this.others) masker.isDenied = true;
    else maskPiece(masker, state, piece, isLast, out);
  }

  /** Ends the texts of a choice, a content block or an item: appends events with what is held of them. */
  flush(masker: Masker, owner: i32, out: ByteBuffer): void {
    for (let i = 0; i < this.used; i++) if (this.states[i].owner == owner) this.flushState(masker, this.states[i], out);
  }

  /** Ends all texts. */
  flushAll(masker: Masker, out: ByteBuffer): void {
    for (let i = 0; i < this.used; i++) this.flushState(masker, this.states[i], out);
  }

  /** Whether something of a text is held. */
  get isWaiting(): bool {
    for (let i = 0; i < this.used; i++) if (unchecked(this.states[i]).isWaiting) return true;
    return false;
  }

  /** Forgets the texts. */
  clear(): void {
    this.used = 0;
    while (this.states.length > KEPT_TEXTS) this.states.pop().dispose();
    for (let i = 0; i < this.states.length; i++) this.states[i].begin(false);
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    while (this.states.length) this.states.pop().dispose();
    this.others.dispose();
  }

  private flushState(masker: Masker, state: TextState, out: ByteBuffer): void {
    if (!state.isWaiting) return;
    tail.clear();
    maskPiece(masker, state, subslice(state.prefix.slice, 0, 0), true, tail);
    if (tail.size) out.append(state.prefix.slice).append(tail.slice).append(state.suffix.slice);
  }
}
