import { Api, takesModel } from "../../../assembly/ai/api";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceEquals, sliceSize } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { escapeUtf8 } from "../../../assembly/json/escape";
import { jsonContent, jsonGet } from "../../../assembly/json/value";
import { Exchange } from "../exchange";
import { addFailure } from "./hidden-failure";
import { promoteReasoning } from "./promote-reasoning";
import { EventEditor } from "../event-editor";
import { providerOf } from "../providers";
import { ReasoningEditor } from "./reasoning-editor";
import { ReasoningStream } from "./reasoning-stream";
import { FAILURE_MEMBERS, REASONING } from "../config/built-features";

/** The objects in which events of Anthropic's and of OpenAI's responses name the model. */
const HOLDERS = ["message", "response"];

const literal = new ByteBuffer();
const rewritten = new ByteBuffer();
const KEPT_BYTES = 64 * 1024;

/** Edits responses that have OpenAI's format already, as the configuration or the provider's dialect requires. */
export class ResponseEditor {
  private readonly reasoning: ReasoningStream | null;
  private readonly dialect: EventEditor | null;
  private readonly form: ReasoningEditor | null;
  /** Whether the event was written anew, so that it differs from what came even if the edit changes nothing. */
  isRewritten: bool = false;

  constructor(private readonly exchange: Exchange) {
    this.reasoning = promotes(exchange) ? new ReasoningStream(exchange) : null;
    this.dialect = exchange.wasTranslated && !exchange.isBridged ? null : providerOf(exchange).eventEditor(exchange);
    this.form = ReasoningEditor.isNeeded(exchange) ? new ReasoningEditor(exchange) : null;
  }

  /** Whether a response must be read because it may be edited. */
  static isNeeded(exchange: Exchange, isEventStream: bool): bool {
    if ((exchange.hasRequestedModel && namesModel(exchange.api)) || promotes(exchange)) return true;
    if (ReasoningEditor.isNeeded(exchange) || mayHideFailure(exchange)) return true;
    return isEventStream && exchange.api == Api.ChatCompletions && exchange.config.settings.editsChatStreams;
  }

  /** Edits a whole response; returns whether it was written anew, so that it differs even if the edit changes nothing. */
  static editWhole(exchange: Exchange, response: JsonDocument, edit: JsonEdit): bool {
    let isRewritten = false;
    if (ReasoningEditor.isNeeded(exchange)) {
      const form = new ReasoningEditor(exchange);
      form.editWhole(response, edit);
      form.free();
      isRewritten = promotes(exchange) && rewrite(response, edit);
    }
    nameModel(exchange, response, edit);
    if (REASONING) {
      if (promotes(exchange)) promoteReasoning(response, edit);
    }
    return isRewritten;
  }

  /** Edits an event of a stream, and appends what must come before it; `false` where the client does not get it, or not yet. */
  editEvent(event: JsonDocument, edit: JsonEdit, out: ByteBuffer): bool {
    const dialect = this.dialect;
    const reasoning = this.reasoning;
    const form = this.form;
    if (dialect) dialect.edit(event, edit);
    if (mayHideFailure(this.exchange)) addFailure(this.exchange, event, edit);
    if (form !== null && !form.editEvent(event, edit)) return false;
    this.isRewritten = form !== null && reasoning !== null && rewrite(event, edit);
    nameModel(this.exchange, event, edit);
    return reasoning === null || reasoning.edit(event, edit, out);
  }

  /** Appends what must come before an event that is no JSON: `[DONE]` is the end. */
  onOther(data: Slice, out: ByteBuffer): void {
    if (sliceEquals(data, "[DONE]")) this.onEnd(out);
    else this.onLong(out);
  }

  /** Appends what must come before an event that is too long to be read. */
  onLong(out: ByteBuffer): void {
    const reasoning = this.reasoning;
    if (reasoning) reasoning.flush(out, false);
  }

  /** Appends what the client must still get at the end of the stream. */
  onEnd(out: ByteBuffer): void {
    const reasoning = this.reasoning;
    const dialect = this.dialect;
    const form = this.form;
    if (form) form.onEnd(out);
    if (reasoning) reasoning.flush(out, true);
    if (dialect) dialect.onEnd(out);
  }

  /** Gives the memory of the stream back. */
  free(): void {
    const reasoning = this.reasoning;
    const dialect = this.dialect;
    const form = this.form;
    if (form) form.free();
    if (reasoning) reasoning.free();
    if (dialect) dialect.free();
  }
}

/** Applies the edits, so that another editor reads what they make of the response; returns whether there are any. */
function rewrite(response: JsonDocument, edit: JsonEdit): bool {
  if (!edit.changed) return false;
  rewritten.release(KEPT_BYTES);
  edit.write(rewritten);
  response.parse(rewritten.slice);
  edit.begin(response);
  return true;
}

function nameModel(exchange: Exchange, response: JsonDocument, edit: JsonEdit): void {
  if (!exchange.hasRequestedModel) return;
  const model = exchange.requestedModel;
  if (sliceSize(jsonContent(response.get("model")))) edit.setText("model", model);
  for (let i = 0; i < HOLDERS.length; i++) {
    const named = jsonGet(response.get(HOLDERS[i]), "model");
    if (sliceSize(jsonContent(named)) == 0) continue;
    literal.clear();
    literal.byte(0x22);
    escapeUtf8(model, literal);
    edit.replace(named, literal.byte(0x22).slice);
  }
}

/** Whether responses of the API name a model: pictures and sound do not, and may be long. */
function namesModel(api: Api): bool {
  return takesModel(api) || api == Api.Responses || api == Api.Messages;
}

/** Whether responses of status 200 may say that the request failed. */
function mayHideFailure(exchange: Exchange): bool {
  if (!FAILURE_MEMBERS) return false;
  return exchange.config.settings.failureMember.length > 0 && exchange.api == Api.ChatCompletions;
}

function promotes(exchange: Exchange): bool {
  if (!REASONING) return false;
  return exchange.api == Api.ChatCompletions && exchange.config.chat.promoteReasoning;
}
