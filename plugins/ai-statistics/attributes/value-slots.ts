import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { BoundedText } from "./bounded-text";
import { ToolCalls } from "./tool-calls";

const KEPT_BYTES = 16 << 10;

const element = new ByteBuffer();

/** The values of the attributes of one stream. */
export class ValueSlots {
  /** The calls of tools. */
  readonly toolCalls: ToolCalls;
  private readonly texts: StaticArray<BoundedText | null>;

  constructor(
    count: i32,
    /** The most bytes of a value. */
    readonly limit: i32,
  ) {
    this.toolCalls = new ToolCalls(limit);
    this.texts = new StaticArray<BoundedText | null>(count);
  }

  /** The value in a slot; `null` if there was none yet. */
  find(slot: i32): BoundedText | null {
    return this.texts[slot];
  }

  /** The value in a slot. */
  at(slot: i32): BoundedText {
    let text = this.texts[slot];
    if (!text) this.texts[slot] = text = new BoundedText(this.limit);
    return text;
  }

  /** Reads an element of a whole response that may be the call of a tool. */
  readCall(candidate: BoundedText): void {
    candidate.write(element);
    this.toolCalls.readWhole(element.slice);
    element.release(KEPT_BYTES);
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.toolCalls.dispose();
    for (let i = 0; i < this.texts.length; i++) {
      const text = this.texts[i];
      if (text) text.dispose();
    }
  }
}
