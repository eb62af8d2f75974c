import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, sliceEquals, sliceSize, subslice } from "../../../bytes/slice";
import { Role } from "../../hub/request-sink";
import { Thinking } from "../../model-traits";
import { isBlank } from "./blank";
import { MessagesRequestOptions } from "./request-options";
import { REASONING_FORMAT } from "./reasoning-format";
import { writeToolId } from "./tool-id";

const KEPT_BYTES = 64 * 1024;
const NO_PREFILL =
  "This model does not continue a message of the assistant: the last message must be the user's, or a tool's result.";

/**
 * Writes a request of Anthropic's Messages. Messages of one role in a row become one; in those of the user the results of tools
 * come first. What the system says anywhere stands at the beginning. https://platform.claude.com/docs/en/api/messages
 */
export class MessagesRequestWriter extends MessagesRequestOptions {
  /** What follows the results of tools in the open message of the user, once it has one. */
  private readonly behind: ByteBuffer = new ByteBuffer();
  private role: Role = Role.User;
  private hasMessages: bool = false;
  /** Whether a message of the user, or of the assistant, is open in `out`. */
  private isOpen: bool = false;
  private openRole: Role = Role.User;
  private hasBlocks: bool = false;
  /** Whether the open message of the user has results of tools. */
  private hasResults: bool = false;
  /** Where the blocks of the open message begin in `out`. */
  private blocks: i32 = 0;
  private isInResult: bool = false;
  private resultHasContent: bool = false;
  private startsWithReasoning: bool = false;
  private hasDroppedReasoning: bool = false;

  override get reasoningFormat(): string {
    return REASONING_FORMAT;
  }

  beginMessage(role: Role): bool {
    this.role = role;
    return true;
  }

  text(text: Slice): bool {
    if (isBlank(text)) {
      this.control = ABSENT;
      return true;
    }
    return this.endBlock(this.block('{"type":"text","text":"').append(text).byte(0x22));
  }

  imageData(mediaType: Slice, data: Slice, detail: Slice): bool {
    this.dropDetail(detail);
    const out = this.block('{"type":"image","source":{"type":"base64","media_type":"');
    if (sliceEquals(mediaType, "image/jpg")) out.text("image/jpeg");
    else out.append(mediaType);
    return this.endBlock(out.text('","data":"').append(data).text('"}'));
  }

  imageUrl(url: Slice, detail: Slice): bool {
    this.dropDetail(detail);
    return this.endBlock(this.block('{"type":"image","source":{"type":"url","url":"').append(url).text('"}'));
  }

  /** https://platform.claude.com/docs/en/build-with-claude/pdf-support */
  documentData(mediaType: Slice, data: Slice, name: Slice): bool {
    if (!sliceEquals(mediaType, "application/pdf") && !sliceEquals(mediaType, "application\\/pdf")) {
      return this.refuse("This provider takes documents of the type application/pdf only.", "");
    }
    const out = this.block('{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"');
    return this.endDocument(out.append(data).text('"}'), name);
  }

  documentUrl(url: Slice, name: Slice): bool {
    return this.endDocument(
      this.block('{"type":"document","source":{"type":"url","url":"').append(url).text('"}'),
      name,
    );
  }

  /** Reasoning that Anthropic has not signed is refused by it. */
  reasoningText(text: Slice, signature: Slice): bool {
    this.control = ABSENT;
    if (!sliceSize(signature)) return this.dropReasoning();
    const out = this.block('{"type":"thinking","thinking":"', true).append(text);
    return this.endBlock(out.text('","signature":"').append(signature).byte(0x22));
  }

  redactedReasoning(data: Slice): bool {
    this.control = ABSENT;
    return this.endBlock(this.block('{"type":"redacted_thinking","data":"', true).append(data).byte(0x22));
  }

  toolCall(id: Slice, name: Slice, argumentsJson: Slice): bool {
    const out = this.block('{"type":"tool_use","id":"');
    this.lacksReasoning = !this.startsWithReasoning;
    writeToolId(id, out);
    return this.endBlock(out.text('","name":"').append(name).text('","input":').append(argumentsJson));
  }

  beginToolResult(callId: Slice, isError: bool): bool {
    const out = this.result();
    this.isInResult = true;
    this.resultHasContent = false;
    out.text('{"type":"tool_result","tool_use_id":"');
    writeToolId(callId, out);
    out.byte(0x22);
    if (isError) out.text(',"is_error":true');
    return true;
  }

  endToolResult(): bool {
    this.isInResult = false;
    this.out.text(this.resultHasContent ? "]}" : "}");
    return true;
  }

  endMessage(): bool {
    return true;
  }

  end(): bool {
    // https://platform.claude.com/docs/en/build-with-claude/extended-thinking#feature-compatibility
    if (this.isOpen && this.openRole == Role.Assistant) {
      // https://platform.claude.com/docs/en/about-claude/models/whats-new-claude-4-6#prefill-removal
      if (this.traits.thinking >= Thinking.Adaptive) return this.refuse(NO_PREFILL, "messages");
      this.lacksReasoning = true;
    }
    this.close();
    this.member(this.hasMessages ? "]" : ',"messages":[]');
    this.writeOptions();
    this.out.byte(0x7d);
    return true;
  }

  override reset(): void {
    super.reset();
    this.behind.release(KEPT_BYTES);
    this.role = Role.User;
    this.hasMessages = false;
    this.isOpen = false;
    this.openRole = Role.User;
    this.hasBlocks = false;
    this.hasResults = false;
    this.blocks = 0;
    this.isInResult = false;
    this.resultHasContent = false;
    this.startsWithReasoning = false;
    this.hasDroppedReasoning = false;
  }

  /** Begins a block where it belongs; the caller appends the rest, and calls `endBlock`. */
  private block(start: string, isReasoning: bool = false): ByteBuffer {
    if (this.isInResult) {
      this.out.text(this.resultHasContent ? "," : ',"content":[');
      this.resultHasContent = true;
      return this.out.text(start);
    }
    if (this.role == Role.System) {
      if (this.system.size) this.system.byte(0x2c);
      return this.system.text(start);
    }
    this.openMessage(this.role);
    if (this.hasResults) {
      if (this.behind.size) this.behind.byte(0x2c);
      return this.behind.text(start);
    }
    if (!this.hasBlocks) this.startsWithReasoning = isReasoning;
    return this.separated().text(start);
  }

  private endBlock(out: ByteBuffer): bool {
    this.writeControl(out).byte(0x7d);
    return true;
  }

  private endDocument(out: ByteBuffer, name: Slice): bool {
    if (sliceSize(name)) out.text(',"title":"').append(name).byte(0x22);
    return this.endBlock(out);
  }

  /** The place of a tool's result. */
  private result(): ByteBuffer {
    this.control = ABSENT;
    this.openMessage(Role.User);
    if (!this.hasResults) this.moveBehind();
    return this.separated();
  }

  /** Makes room for the first result of a tool before what the message has so far. */
  private moveBehind(): void {
    this.hasResults = true;
    if (!this.hasBlocks) return;
    this.hasBlocks = false;
    this.behind.append(subslice(this.out.slice, this.blocks));
    this.out.size = this.blocks;
  }

  private separated(): ByteBuffer {
    if (this.hasBlocks) this.out.byte(0x2c);
    this.hasBlocks = true;
    return this.out;
  }

  private openMessage(role: Role): void {
    if (this.isOpen && this.openRole == role) return;
    this.close();
    if (this.hasMessages) this.out.byte(0x2c);
    else this.member(',"messages":[');
    this.hasMessages = true;
    this.isOpen = true;
    this.openRole = role;
    this.hasBlocks = false;
    this.hasResults = false;
    if (role == Role.Assistant) this.lacksReasoning = false;
    this.out.text(role == Role.User ? '{"role":"user","content":[' : '{"role":"assistant","content":[');
    this.blocks = this.out.size;
  }

  private close(): void {
    if (!this.isOpen) return;
    if (this.behind.size) this.separated().append(this.behind.slice);
    this.behind.release(KEPT_BYTES);
    this.isOpen = false;
    this.out.text("]}");
  }

  private dropReasoning(): bool {
    if (!this.hasDroppedReasoning) this.drop("messages.thinking");
    this.hasDroppedReasoning = true;
    return true;
  }
}
