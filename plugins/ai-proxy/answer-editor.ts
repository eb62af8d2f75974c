import { Api } from "../../assembly/ai/api";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceSize } from "../../assembly/bytes/slice";
import { JsonDocument } from "../../assembly/json/document";
import { JsonEdit } from "../../assembly/json/edit";
import { escapeUtf8 } from "../../assembly/json/escape";
import { jsonContent, jsonGet } from "../../assembly/json/value";
import { Exchange } from "./exchange";
import { promoteThinking, ThinkingStream } from "./promote-thinking";
import { takesModel } from "./request-body";

/** The objects in which events of Anthropic's and of OpenAI's responses name the model. */
const HOLDERS = ["message", "response"];

const literal = new ByteBuffer();

/** Edits answers that are OpenAI's already in the way that the configuration, or the provider's dialect, wants. */
export class AnswerEditor {
  private readonly thinking: ThinkingStream | null;

  constructor(private readonly exchange: Exchange) {
    this.thinking = promotes(exchange) ? new ThinkingStream() : null;
  }

  /** Whether an answer must be looked at for the sake of an edit. */
  static isNeeded(exchange: Exchange, isEventStream: bool): bool {
    if ((exchange.hasRequestedModel && namesModel(exchange.api)) || promotes(exchange)) return true;
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
    const model = this.exchange.requestedModel;
    if (sliceSize(jsonContent(answer.get("model")))) edit.setText("model", model);
    for (let i = 0; i < HOLDERS.length; i++) {
      const named = jsonGet(answer.get(HOLDERS[i]), "model");
      if (sliceSize(jsonContent(named)) == 0) continue;
      literal.clear();
      literal.byte(0x22);
      escapeUtf8(model, literal);
      edit.replace(named, literal.byte(0x22).slice);
    }
  }
}

/** Whether answers of the API name a model: pictures and sound do not, and may be long. */
function namesModel(api: Api): bool {
  return takesModel(api) || api == Api.Responses || api == Api.Messages;
}

function promotes(exchange: Exchange): bool {
  return exchange.api == Api.ChatCompletions && exchange.config.chat.promoteThinking;
}
