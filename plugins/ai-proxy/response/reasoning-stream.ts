import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { jsonFirst, jsonGet, jsonInteger, jsonKind, JsonKind, jsonNext } from "../../../assembly/json/value";
import { sseEnd } from "../../../assembly/sse/encoder";
import { ChunkHead } from "../chunk-head";
import { Exchange } from "../exchange";
import { HeldReasoning } from "./held-reasoning";
import { REASONING } from "../config/built-features";

/** Reasoning beyond this many bytes is not held back any longer. */
const MOST_HELD = 1 << 20;
/** Choices beyond this many pass as they are. */
const MOST_CHOICES = 16;

/**
 * Reasoning of a stream, held back for each choice until it is known whether the choice says anything else. If it does, the
 * client gets the reasoning with the first words; if it ends without, the reasoning is its content.
 */
export class ReasoningStream {
  private readonly head: ChunkHead = new ChunkHead();
  private readonly choices: HeldReasoning[] = [];

  constructor(private readonly exchange: Exchange) {}

  /** Edits an event, and appends what must come before it; `false` where the client gets nothing of it yet. */
  edit(event: JsonDocument, edit: JsonEdit, out: ByteBuffer): bool {
    if (!REASONING) return true;
    const choices = event.get("choices");
    const first = jsonFirst(choices);
    if (first == ABSENT) {
      // The stream has failed: what was held is not a response.
      if (event.get("error") != ABSENT) this.flush(out, false);
      return true;
    }
    let says = jsonKind(event.get("usage")) == JsonKind.Object;
    let position = 0;
    for (let choice = first; choice != ABSENT; choice = jsonNext(choices, choice)) {
      const state = this.choiceOf(jsonInteger(jsonGet(choice, "index"), position++));
      if (state === null || state.isSettled || state.edit(edit, choice, this.heldBytes < MOST_HELD)) says = true;
    }
    if (this.heldBytes) this.head.read(this.exchange, event);
    return says;
  }

  /** Appends what is held: as content where the stream has ended and has not said why, else as reasoning. */
  flush(out: ByteBuffer, isContent: bool): void {
    if (!REASONING) return;
    for (let i = 0; i < this.choices.length; i++) {
      const choice = this.choices[i];
      if (choice.size && !choice.isSettled) {
        this.head.write(out);
        choice.write(out, isContent);
        out.text("]}");
        sseEnd(out);
      }
      choice.isSettled = true;
    }
  }

  /** Gives the memory back. */
  free(): void {
    if (!REASONING) return;
    this.head.dispose();
    for (let i = 0; i < this.choices.length; i++) this.choices[i].free();
  }

  private get heldBytes(): i32 {
    let size = 0;
    for (let i = 0; i < this.choices.length; i++) size += this.choices[i].size;
    return size;
  }

  private choiceOf(index: i64): HeldReasoning | null {
    for (let i = 0; i < this.choices.length; i++) if (this.choices[i].index == index) return this.choices[i];
    if (this.choices.length == MOST_CHOICES) return null;
    const choice = new HeldReasoning(index);
    this.choices.push(choice);
    return choice;
  }
}
