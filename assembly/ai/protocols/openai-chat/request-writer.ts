import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../bytes/slice";
import { escapeJson } from "../../../json/writer";
import { Role } from "../../hub/request-sink";
import { RequestContent } from "./request-content";
import { ChatRequestOptions } from "./request-options";

const KEPT_BYTES = 64 * 1024;

/** Precedes the result of a tool that failed: chats have no member for that. */
const ERROR_MARK = new ByteBuffer().text("Error:");
/** Follows the text of a result whose pictures and documents are in the next message. */
const MEDIA_MARK = new ByteBuffer().text("The other parts of this result are in the next message of the user.");

/**
 * Writes a request for a chat of OpenAI. Results of tools become messages of the role `tool`; pictures and documents in them,
 * which such messages cannot hold, follow in a message of the user. https://platform.openai.com/docs/api-reference/chat/create
 */
export class ChatRequestWriter extends ChatRequestOptions {
  /** Whether the provider reads `reasoning_content` in messages of the assistant. */
  takesReasoning: bool = false;
  /** Whether parts of messages may have `cache_control`. */
  takesCacheControl: bool = false;

  /** The format of signatures that tool calls have in `extra_content`; "" for none. */
  callSignatures: string = "";

  private readonly content: RequestContent = new RequestContent();
  private readonly result: RequestContent = new RequestContent();
  private readonly reasoningContent: ByteBuffer = new ByteBuffer();
  private readonly calls: ByteBuffer = new ByteBuffer();
  /** The signature for the next tool call. */
  private readonly signature: ByteBuffer = new ByteBuffer();
  private role: Role = Role.User;
  private isInResult: bool = false;
  /** Whether the message had results of tools. */
  private hasResults: bool = false;
  private resultHasMedia: bool = false;
  private control: Slice = ABSENT;
  private hasDroppedReasoning: bool = false;

  override get reasoningFormat(): string {
    return this.callSignatures;
  }

  beginMessage(role: Role): bool {
    this.role = role;
    this.hasResults = false;
    return true;
  }

  text(text: Slice): bool {
    const content = this.isInResult ? this.result : this.content;
    content.text(text, this.takeControl(), this.staysValid(text));
    return true;
  }

  imageData(mediaType: Slice, data: Slice, detail: Slice): bool {
    const out = this.medium('{"type":"image_url","image_url":{"url":"data:').append(mediaType).text(";base64,");
    return endImage(out.append(data), detail);
  }

  imageUrl(url: Slice, detail: Slice): bool {
    return endImage(this.medium('{"type":"image_url","image_url":{"url":"').append(url), detail);
  }

  documentData(mediaType: Slice, data: Slice, name: Slice): bool {
    const out = this.medium('{"type":"file","file":{"filename":"');
    if (sliceSize(name)) out.append(name);
    else out.text("document");
    out.text('","file_data":"data:').append(mediaType).text(";base64,").append(data).text('"}}');
    return true;
  }

  documentUrl(url: Slice, name: Slice): bool {
    return this.refuse("This provider takes no document at a URL: send its data.", "");
  }

  override audioData(format: Slice, data: Slice): bool {
    this.medium('{"type":"input_audio","input_audio":{"data":"')
      .append(data)
      .text('","format":"')
      .append(format)
      .text('"}}');
    return true;
  }

  reasoningText(text: Slice, signature: Slice): bool {
    this.takeControl();
    if (sliceSize(signature) && this.callSignatures.length) {
      this.signature.clear();
      this.signature.append(signature);
      if (!sliceSize(text)) return true;
    }
    if (this.takesReasoning) this.reasoningContent.append(text);
    else this.dropReasoning();
    return true;
  }

  redactedReasoning(data: Slice): bool {
    this.takeControl();
    this.dropReasoning();
    return true;
  }

  toolCall(id: Slice, name: Slice, argumentsJson: Slice): bool {
    this.takeControl();
    const calls = this.calls;
    if (calls.size) calls.byte(0x2c);
    calls.text('{"id":"').append(id).text('","type":"function","function":{"name":"').append(name);
    calls.text('","arguments":"');
    escapeJson(argumentsJson, calls);
    calls.text('"}');
    this.writeSignature();
    calls.byte(0x7d);
    return true;
  }

  beginToolResult(callId: Slice, isError: bool): bool {
    this.takeControl();
    this.isInResult = true;
    this.hasResults = true;
    this.message('{"role":"tool","tool_call_id":"').append(callId).text('","content":');
    this.resultHasMedia = false;
    if (isError) this.result.text(ERROR_MARK.slice, ABSENT, true);
    return true;
  }

  endToolResult(): bool {
    if (this.resultHasMedia) this.result.text(MEDIA_MARK.slice, ABSENT, true);
    this.isInResult = false;
    this.result.write(this.out);
    this.out.byte(0x7d);
    return true;
  }

  endMessage(): bool {
    if (this.role == Role.Assistant) this.endAssistant();
    else if (!this.content.isEmpty || (this.role == Role.User && !this.hasResults)) {
      const role = this.role == Role.System ? '{"role":"system","content":' : '{"role":"user","content":';
      this.content.write(this.message(role));
      this.out.byte(0x7d);
    }
    return true;
  }

  override cacheControl(control: Slice): void {
    this.control = control;
  }

  override reset(): void {
    super.reset();
    this.content.clear();
    this.result.clear();
    this.reasoningContent.release(KEPT_BYTES);
    this.calls.release(KEPT_BYTES);
    this.signature.release(KEPT_BYTES);
    this.isInResult = false;
    this.control = ABSENT;
    this.hasDroppedReasoning = false;
  }

  private endAssistant(): void {
    const out = this.message('{"role":"assistant","content":');
    if (this.content.isEmpty && this.calls.size) out.text("null");
    else this.content.write(out);
    if (this.reasoningContent.size) {
      out.text(',"reasoning_content":"').append(this.reasoningContent.slice).byte(0x22);
      this.reasoningContent.release(KEPT_BYTES);
    }
    if (this.calls.size) {
      out.text(',"tool_calls":[').append(this.calls.slice).byte(0x5d);
      this.calls.release(KEPT_BYTES);
    }
    out.byte(0x7d);
    // Only calls have a place for it.
    if (this.signature.size) this.dropReasoning();
    this.signature.release(KEPT_BYTES);
  }

  /** https://ai.google.dev/gemini-api/docs/thought-signatures#openai */
  private writeSignature(): void {
    if (!this.signature.size) return;
    this.calls.text(',"extra_content":{"google":{"thought_signature":"').append(this.signature.slice).text('"}}');
    this.signature.release(KEPT_BYTES);
  }

  /** Begins a part that is no text, in the message of the user also where it belongs to the result of a tool. */
  private medium(start: string): ByteBuffer {
    this.takeControl();
    if (this.isInResult) this.resultHasMedia = true;
    return this.content.beginPart(start);
  }

  private takeControl(): Slice {
    const control = this.control;
    if (control == ABSENT) return ABSENT;
    this.control = ABSENT;
    if (!this.takesCacheControl) return ABSENT;
    this.hasNested = true;
    return control;
  }

  private dropReasoning(): void {
    if (!this.hasDroppedReasoning) this.drop("messages.thinking");
    this.hasDroppedReasoning = true;
  }
}

/** Ends a picture behind its URL. */
function endImage(out: ByteBuffer, detail: Slice): bool {
  if (sliceSize(detail)) out.text('","detail":"').append(detail);
  out.text('"}}');
  return true;
}
