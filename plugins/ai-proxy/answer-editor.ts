import { Api } from "../../assembly/ai/api";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceSize } from "../../assembly/bytes/slice";
import { JsonDocument } from "../../assembly/json/document";
import { JsonEdit } from "../../assembly/json/edit";
import { jsonContent } from "../../assembly/json/value";
import { ResponseModel } from "./chat-options";
import { Exchange } from "./exchange";
import { promoteThinking, ThinkingStream } from "./promote-thinking";

/** Edits answers that are OpenAI's already in the way that the configuration, or the provider's dialect, wants. */
export class AnswerEditor {
  private readonly thinking: ThinkingStream | null;

  constructor(private readonly exchange: Exchange) {
    this.thinking = promotes(exchange) ? new ThinkingStream() : null;
  }

  /** Whether an answer must be looked at for the sake of an edit. */
  static isNeeded(exchange: Exchange, isEventStream: bool): bool {
    if (exchange.hasRequestedModel || promotes(exchange)) return true;
    return isEventStream && exchange.config.provider.editsEvents(exchange);
  }

  /** Edits a whole answer. */
  editWhole(answer: JsonDocument, edit: JsonEdit): void {
    this.nameModel(answer, edit);
    if (this.thinking) promoteThinking(answer, edit);
  }

  /** Edits an event of a stream; `false` where the client does not get it, or not yet. */
  editEvent(event: JsonDocument, edit: JsonEdit): bool {
    const provider = this.exchange.config.provider;
    if (provider.editsEvents(this.exchange)) provider.editEvent(this.exchange, event, edit);
    this.nameModel(event, edit);
    const thinking = this.thinking;
    return thinking === null || thinking.edit(event, edit);
  }

  /** Writes what must come before an event that is no JSON, such as `[DONE]`. */
  onOther(data: Slice, out: ByteBuffer): void {
    this.onEnd(out);
  }

  /** Writes what is still owed at the end of the stream. */
  onEnd(out: ByteBuffer): void {
    const thinking = this.thinking;
    if (thinking) thinking.finish(out);
  }

  /** Gives the memory of the stream back. */
  free(): void {
    const thinking = this.thinking;
    if (thinking) thinking.free();
  }

  private nameModel(answer: JsonDocument, edit: JsonEdit): void {
    if (!this.exchange.hasRequestedModel) return;
    if (sliceSize(jsonContent(answer.get("model")))) edit.setText("model", this.exchange.requestedModel);
  }
}

function promotes(exchange: Exchange): bool {
  return exchange.api == Api.ChatCompletions && exchange.config.chat.promoteThinking;
}
