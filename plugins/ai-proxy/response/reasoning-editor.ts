import { Api } from "../../../assembly/ai/api";
import { ReasoningMode } from "../../../assembly/ai/reasoning-mode";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { setMember } from "../../../assembly/json/member-edit";
import {
  jsonContent,
  jsonFirst,
  jsonGet,
  jsonInteger,
  JsonKind,
  jsonKind,
  jsonNext,
} from "../../../assembly/json/value";
import { sseEnd } from "../../../assembly/sse/encoder";
import { ChunkHead } from "../chunk-head";
import { Exchange } from "../exchange";
import { ReasoningPlace } from "../config/provider-settings";
import { ChoiceReasoning } from "./choice-reasoning";
import { REASONING } from "../config/built-features";

/** Choices beyond this many pass as they are. */
const MOST_CHOICES = 128;

const rest = new ByteBuffer();

/**
 * Gives the reasoning of chats one form, whatever the provider calls it: `reasoning_content`, nothing, or
 * `<think>…</think>` before the content, as `reasoningContentMode` says. One object per response.
 */
export class ReasoningEditor {
  private readonly choices: ChoiceReasoning[] = [];
  private readonly head: ChunkHead = new ChunkHead();

  constructor(private readonly exchange: Exchange) {}

  /** Whether responses in OpenAI's format need an editor. */
  static isNeeded(exchange: Exchange): bool {
    if (!REASONING) return false;
    if (exchange.api != Api.ChatCompletions || exchange.wasTranslated) return false;
    const config = exchange.config;
    return config.reasoning != ReasoningMode.Passthrough || config.settings.reasoningPlace != ReasoningPlace.Standard;
  }

  /** Edits a whole response. */
  editWhole(response: JsonDocument, edit: JsonEdit): void {
    if (!REASONING) return;
    const choices = response.get("choices");
    for (let choice = jsonFirst(choices); choice != ABSENT; choice = jsonNext(choices, choice)) {
      const state = new ChoiceReasoning(0, this.exchange.config);
      state.edit(edit, jsonGet(choice, "message"), true, true);
      state.free();
    }
  }

  /** Edits an event of a stream; `false` if nothing is left of it for the client. */
  editEvent(event: JsonDocument, edit: JsonEdit): bool {
    if (!REASONING) return true;
    const choices = event.get("choices");
    let says = jsonFirst(choices) == ABSENT || jsonKind(event.get("usage")) == JsonKind.Object;
    let position = 0;
    for (let choice = jsonFirst(choices); choice != ABSENT; choice = jsonNext(choices, choice)) {
      const isLast = sliceSize(jsonContent(jsonGet(choice, "finish_reason"))) > 0;
      const state = this.choiceOf(jsonInteger(jsonGet(choice, "index"), position++));
      const leavesSome = state === null || state.edit(edit, jsonGet(choice, "delta"), isLast, false);
      if (leavesSome || isLast) says = true;
      if (state !== null && isLast && state.owes) {
        // This event has no delta, and clients may read none behind it.
        rest.clear();
        state.writeRest(rest);
        setMember(edit, choice, "delta", rest.slice);
      }
      if (state !== null && state.owes) this.head.read(this.exchange, event);
    }
    return says;
  }

  /** Appends what is held when a stream ends without a finish reason. */
  onEnd(out: ByteBuffer): void {
    if (!REASONING) return;
    for (let i = 0; i < this.choices.length; i++) {
      const choice = this.choices[i];
      if (!choice.owes) continue;
      this.head.write(out);
      out.text('{"index":').integer(choice.index).text(',"delta":');
      choice.writeRest(out);
      out.text(',"finish_reason":null}]}');
      sseEnd(out);
    }
  }

  /** Frees the memory. */
  free(): void {
    if (!REASONING) return;
    this.head.dispose();
    for (let i = 0; i < this.choices.length; i++) this.choices[i].free();
  }

  private choiceOf(index: i64): ChoiceReasoning | null {
    for (let i = 0; i < this.choices.length; i++) if (this.choices[i].index == index) return this.choices[i];
    if (this.choices.length == MOST_CHOICES) return null;
    const choice = new ChoiceReasoning(index, this.exchange.config);
    this.choices.push(choice);
    return choice;
  }
}
