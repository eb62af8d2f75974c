import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, sliceSize, sliceStartsWith } from "../../../bytes/slice";
import { Role } from "../../hub/request-sink";
import { Feature } from "../../model-traits";
import { CallNames } from "./call-names";
import { GEMINI_REASONING } from "./reasoning-format";
import { GeminiRequestOptions } from "./request-options";

const KEPT_BYTES = 64 * 1024;
/** No content is open. */
const NO_ROLE = -1;

/**
 * Stands for the signature of a tool call that has none, since another model made it or the client lost it: Gemini 3
 * refuses such a call else. https://ai.google.dev/gemini-api/docs/thought-signatures#faqs
 */
const NO_SIGNATURE = "skip_thought_signature_validator";

/**
 * Writes a request of Gemini's `generateContent`. Messages of one role that follow each other become one content, all texts
 * of the system become `systemInstruction`, and a signature of reasoning stands at the tool call that follows it, or at an
 * empty text. https://ai.google.dev/api/generate-content https://ai.google.dev/api/caching#Content
 */
export class GeminiRequestWriter extends GeminiRequestOptions {
  private readonly names: CallNames = new CallNames();
  private readonly system: ByteBuffer = new ByteBuffer();
  /** The signature for the next tool call. */
  private readonly signature: ByteBuffer = new ByteBuffer();
  /** Pictures and documents of results, which stand behind all of them; each begins with a comma. */
  private readonly late: ByteBuffer = new ByteBuffer();
  /** Those that stand in the open result. */
  private readonly media: ByteBuffer = new ByteBuffer();
  private role: Role = Role.User;
  /** The role of the open content. */
  private openRole: i32 = NO_ROLE;
  private hasContents: bool = false;
  private isInResult: bool = false;
  private hasText: bool = false;
  /** Whether the open content has a tool call. */
  private hasCall: bool = false;
  private hasDroppedReasoning: bool = false;

  override get reasoningFormat(): string {
    return GEMINI_REASONING;
  }

  beginMessage(role: Role): bool {
    this.role = role;
    return true;
  }

  text(text: Slice): bool {
    const out = this.out;
    if (this.isInResult) {
      if (this.hasText) out.text("\\n\\n");
      this.hasText = true;
      out.append(text);
    } else if (!sliceSize(text)) return true;
    else if (this.role != Role.System) this.part('{"text":"').append(text).text('"}');
    else {
      if (this.system.size) this.system.byte(0x2c);
      this.system.text('{"text":"').append(text).text('"}');
    }
    return true;
  }

  imageData(mediaType: Slice, data: Slice, detail: Slice): bool {
    this.dropDetail(detail);
    const out = this.medium('{"inlineData":{"mimeType":"', true).append(mediaType);
    out.text('","data":"').append(data).text('"}}');
    return true;
  }

  imageUrl(url: Slice, detail: Slice): bool {
    this.dropDetail(detail);
    return this.fileAt(url);
  }

  documentData(mediaType: Slice, data: Slice, name: Slice): bool {
    if (sliceSize(name)) this.drop("filename");
    return this.imageData(mediaType, data, ABSENT);
  }

  documentUrl(url: Slice, name: Slice): bool {
    if (sliceSize(name)) this.drop("filename");
    return this.fileAt(url);
  }

  override audioData(format: Slice, data: Slice): bool {
    const out = this.medium('{"inlineData":{"mimeType":"audio/', false).append(format);
    out.text('","data":"').append(data).text('"}}');
    return true;
  }

  /** What was reasoned is known to Gemini by its signature; the text alone has no use. */
  reasoningText(text: Slice, signature: Slice): bool {
    if (!sliceSize(signature)) return sliceSize(text) ? this.dropReasoning() : true;
    this.writeSignature();
    this.signature.append(signature);
    return true;
  }

  redactedReasoning(data: Slice): bool {
    return this.dropReasoning();
  }

  toolCall(id: Slice, name: Slice, argumentsJson: Slice): bool {
    const out = this.part('{"functionCall":{"id":"').append(id).text('","name":"').append(name);
    out.text('","args":').append(argumentsJson).byte(0x7d);
    if (!this.hasCall && this.traits.has(Feature.SignedCalls) && !this.signature.size)
      this.signature.text(NO_SIGNATURE);
    this.hasCall = true;
    this.names.add(id, name);
    this.endPart(out);
    return true;
  }

  beginToolResult(callId: Slice, isError: bool): bool {
    const name = this.names.find(callId);
    if (name == ABSENT) return this.refuse("No tool call before it has the id of a tool result.", "messages");
    const out = this.part('{"functionResponse":{"id":"').append(callId).text('","name":"').append(name);
    out.text(isError ? '","response":{"error":"' : '","response":{"output":"');
    this.isInResult = true;
    this.hasText = false;
    return true;
  }

  endToolResult(): bool {
    const out = this.out.text('"}');
    this.isInResult = false;
    if (this.media.size) out.text(',"parts":[').append(this.media.slice).byte(0x5d);
    this.media.release(KEPT_BYTES);
    out.text("}}");
    return true;
  }

  endMessage(): bool {
    this.writeSignature();
    return true;
  }

  /** A conversation of nothing but the system's texts has these as the user's, since one without contents is refused. */
  end(): bool {
    if (!this.hasContents && this.system.size) {
      this.enter().text(',"contents":[{"role":"user","parts":[').append(this.system.slice).text("]}]");
    } else if (this.hasContents) {
      this.leave();
      this.out.byte(0x5d);
      if (this.system.size) this.out.text(',"systemInstruction":{"parts":[').append(this.system.slice).text("]}");
    } else this.enter().text(',"contents":[]');
    if (this.safetySettings.length) this.out.text(',"safetySettings":').text(this.safetySettings);
    this.out.text(this.countsTokens ? "}}" : "}");
    return true;
  }

  override reset(): void {
    super.reset();
    this.names.clear();
    this.system.release(KEPT_BYTES);
    this.signature.release(KEPT_BYTES);
    this.late.release(KEPT_BYTES);
    this.media.release(KEPT_BYTES);
    this.openRole = NO_ROLE;
    this.hasContents = false;
    this.isInResult = false;
    this.hasDroppedReasoning = false;
  }

  /** Begins a part of the message. */
  private part(start: string): ByteBuffer {
    if (this.openRole == this.role) return this.out.byte(0x2c).text(start);
    if (this.hasContents) {
      this.leave();
      this.out.byte(0x2c);
    } else this.enter().text(',"contents":[');
    this.hasContents = true;
    this.openRole = this.role;
    this.hasCall = false;
    this.out.text(this.role == Role.Assistant ? '{"role":"model","parts":[' : '{"role":"user","parts":[');
    return this.out.text(start);
  }

  /** Ends the open content. */
  private leave(): void {
    this.out.append(this.late.slice).text("]}");
    this.late.release(KEPT_BYTES);
  }

  /** Ends a part with its signature. */
  private endPart(out: ByteBuffer): void {
    if (this.signature.size) {
      out.text(',"thoughtSignature":"').append(this.signature.slice).byte(0x22);
      this.signature.release(KEPT_BYTES);
    }
    out.byte(0x7d);
  }

  /** Gives the signature to a part of its own. */
  private writeSignature(): void {
    if (this.signature.size) this.endPart(this.part('{"text":""'));
  }

  /** Begins a part that is no text; `fitsResult`: a result of a tool can hold it. */
  private medium(start: string, fitsResult: bool): ByteBuffer {
    if (!this.isInResult) return this.part(start);
    // https://ai.google.dev/gemini-api/docs/function-calling#multimodal
    if (!fitsResult || !this.traits.has(Feature.SignedCalls)) return this.late.byte(0x2c).text(start);
    if (this.media.size) this.media.byte(0x2c);
    return this.media.text(start);
  }

  /** https://ai.google.dev/gemini-api/docs/file-input-methods */
  private fileAt(url: Slice): bool {
    const isRead = this.traits.has(Feature.FileUrls) && sliceStartsWith(url, "https://");
    if (!isRead)
      return this.refuse(
        "This model reads files at https URLs of Gemini 2.5 and later only: send the data.",
        "messages",
      );
    this.medium('{"fileData":{"fileUri":"', false).append(url).text('"}}');
    return true;
  }

  private dropReasoning(): bool {
    if (!this.hasDroppedReasoning) this.drop("messages.thinking");
    this.hasDroppedReasoning = true;
    return true;
  }
}
