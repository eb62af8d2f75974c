import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { byteAt, Slice, sliceEnd, sliceSize, sliceStart } from "../../../assembly/bytes/slice";
import { freeUnmanaged } from "../../../assembly/bytes/unmanaged";
import { characterCount } from "../../../assembly/bytes/utf8";
import { jsonUnescape } from "../../../assembly/json/value";

/** The most texts of a stream that are kept apart: choices, times their texts and tool calls. The others count as one. */
const MOST_LANES = 64;
const KEPT_LANES = 4;
const KEPT_BYTES: i32 = 4096;
const LINE_END: u32 = 0x0a;
// FNV-1a, 64 bits. http://www.isthe.com/chongo/tech/comp/fnv/
const FNV_OFFSET: u64 = 0xcbf29ce484222325;
const FNV_PRIME: u64 = 0x100000001b3;

const piece = new ByteBuffer();

/** One text of a stream, which comes in pieces. */
// @ts-ignore: decorator
@unmanaged
class Lane {
  key: u64 = 0;
  /** What was read of it so far, as a number and its size. */
  hash: u64 = FNV_OFFSET;
  size: i32 = 0;
  /** The end of what is in a window already, then what is new. */
  readonly text: ByteBuffer = new ByteBuffer();
  /** The number of new bytes. */
  fresh: i32 = 0;
}

/** The texts of a stream, each with what is not in a window yet. */
export class Lanes {
  private readonly lanes: Lane[] = [];
  private used: i32 = 0;

  /** Adds a piece to the text with this key. `token` is a JSON string. Returns its characters; none if it may repeat a whole text, and does. */
  add(key: u64, token: Slice, mayRepeat: bool): i32 {
    piece.clear();
    jsonUnescape(token, piece);
    return this.addText(key, piece.slice, mayRepeat);
  }

  /** `add` for a text that is not JSON. */
  addText(key: u64, text: Slice, mayRepeat: bool = false): i32 {
    const size = sliceSize(text);
    if (!size) return 0;
    const found = this.find(key);
    if (found === null && mayRepeat && this.repeats(text)) return 0;
    const lane = found === null ? this.begin(key) : found;
    lane.hash = hashOf(text, lane.hash);
    lane.size += size;
    lane.text.append(text);
    lane.fresh += size;
    return characterCount(sliceStart(text), sliceEnd(text));
  }

  /** Appends what is not in a window yet, each text on its own lines, after the last `overlap` characters before it. */
  take(overlap: i32, out: ByteBuffer): void {
    let isFirst = true;
    for (let i = 0; i < this.used; i++) {
      const lane = unchecked(this.lanes[i]);
      if (!lane.fresh) continue;
      if (!isFirst) out.byte(LINE_END);
      isFirst = false;
      out.append(lane.text.slice);
      lane.fresh = 0;
      lane.text.dropFront(lane.text.size - endSize(lane.text.slice, overlap));
    }
  }

  /** Forgets the texts. */
  clear(): void {
    this.used = 0;
    while (this.lanes.length > KEPT_LANES) dispose(this.lanes.pop());
    for (let i = 0; i < this.lanes.length; i++) this.lanes[i].text.release(KEPT_BYTES);
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    while (this.lanes.length) dispose(this.lanes.pop());
  }

  private find(key: u64): Lane | null {
    for (let i = this.used - 1; i >= 0; i--) if (unchecked(this.lanes[i]).key == key) return unchecked(this.lanes[i]);
    return this.used == MOST_LANES ? this.lanes[MOST_LANES - 1] : null;
  }

  private begin(key: u64): Lane {
    if (this.used == this.lanes.length) this.lanes.push(new Lane());
    const lane = this.lanes[this.used++];
    lane.key = key;
    lane.hash = FNV_OFFSET;
    lane.size = 0;
    lane.fresh = 0;
    lane.text.clear();
    return lane;
  }

  /** Whether a text of the stream is this one. */
  private repeats(text: Slice): bool {
    const hash = hashOf(text, FNV_OFFSET);
    for (let i = 0; i < this.used; i++) {
      const lane = unchecked(this.lanes[i]);
      if (lane.size == sliceSize(text) && lane.hash == hash) return true;
    }
    return false;
  }
}

function dispose(lane: Lane): void {
  lane.text.dispose();
  freeUnmanaged(lane);
}

function hashOf(text: Slice, before: u64): u64 {
  let hash = before;
  for (let i = 0; i < sliceSize(text); i++) hash = (hash ^ byteAt(text, i)) * FNV_PRIME;
  return hash;
}

/** The size of the last `characters` characters. */
function endSize(text: Slice, characters: i32): i32 {
  let left = characters;
  let at = sliceSize(text);
  while (at > 0 && left > 0) if ((byteAt(text, --at) & 0xc0) != 0x80) left--;
  return sliceSize(text) - at;
}
