import { BlockKind, BlockWriter } from "../../../assembly/ai/hub/block-writer";
import { Choice, ToolCall } from "../../../assembly/ai/hub/choices";
import { FinishReason } from "../../../assembly/ai/hub/finish-reason";
import { writeArgumentsObject } from "../../../assembly/ai/hub/arguments";
import { isBlank } from "../../../assembly/ai/protocols/messages/blank";
import { writeCallId } from "../../../assembly/ai/protocols/openai-chat/call-id";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, subslice } from "../../../assembly/bytes/slice";
import { compactJson } from "../../../assembly/json/compact";

const COMMA: u32 = 0x2c;
const KEPT_BYTES: i32 = 4 << 10;

const input = new ByteBuffer();

/** The message of a response as a client sends it back in the next request: a text, or tool calls with all that belongs to them. */
export class Answer extends BlockWriter {
  /** Whether the message calls tools. */
  callsTools: bool = false;
  /** Whether something of it was lost. */
  private isLossy: bool = false;
  private readonly content: ByteBuffer = new ByteBuffer();
  private readonly reasoningText: ByteBuffer = new ByteBuffer();
  /** The tool calls of a chat, or all blocks of Messages. */
  private readonly items: ByteBuffer = new ByteBuffer();
  /** The arguments of the open tool call. */
  private readonly pieces: ByteBuffer = new ByteBuffer();
  /** Where the open block begins in `items`, and its text. */
  private blockStart: i32 = 0;
  private textStart: i32 = 0;
  private isSigned: bool = false;
  /** Google's signature of the reasoning before the next tool call of a chat. */
  private readonly callSignature: ByteBuffer = new ByteBuffer();

  /** `isMessages`: the client speaks Anthropic's Messages. */
  constructor(private readonly isMessages: bool) {
    super(false);
  }

  /** The bytes that it holds. */
  get size(): i32 {
    return this.content.size + this.reasoningText.size + this.items.size + this.pieces.size + this.callSignature.size;
  }

  /** Whether the response has ended as its protocol says, and with something that can be sent back. */
  get isWhole(): bool {
    if (!this.hasEnded || this.errorStatus || this.reason == FinishReason.ContentFilter) return false;
    if (this.callsTools) return !this.isLossy && this.reason != FinishReason.Length;
    return !isBlank(this.content.slice);
  }

  /** Whether the response can still become whole. */
  get isUsable(): bool {
    return !this.errorStatus;
  }

  /** Appends the message. */
  write(out: ByteBuffer): void {
    out.text('{"role":"assistant","content":');
    if (this.callsTools && this.isMessages) out.byte(0x5b).append(this.items.slice).byte(0x5d);
    else if (this.callsTools && !this.content.size) out.text("null");
    else out.byte(0x22).append(this.content.slice).byte(0x22);
    if (this.callsTools && !this.isMessages) {
      // Models that think between calls want to read it again.
      if (this.reasoningText.size) out.text(',"reasoning_content":"').append(this.reasoningText.slice).byte(0x22);
      out.text(',"tool_calls":[').append(this.items.slice).byte(0x5d);
    }
    out.byte(0x7d);
  }

  override redactedReasoning(choice: Choice, data: Slice): void {
    this.isLossy = true;
  }

  override free(): void {
    super.free();
    this.content.dispose();
    this.reasoningText.dispose();
    this.items.dispose();
    this.pieces.dispose();
    this.callSignature.dispose();
  }

  protected writeStart(id: Slice): void {}

  protected startBlock(kind: BlockKind): void {
    if (!this.isMessages) return;
    this.beginItem();
    this.items.text(kind == BlockKind.Text ? '{"type":"text","text":"' : '{"type":"thinking","thinking":"');
    this.textStart = this.items.size;
    this.isSigned = false;
  }

  protected startToolUse(call: ToolCall, id: Slice, name: Slice): void {
    this.callsTools = true;
    this.beginItem();
    const items = this.items.text(this.isMessages ? '{"type":"tool_use","id":' : '{"id":');
    writeCallId(items, id, this.id.slice, 0, call.index);
    items.text(this.isMessages ? ',"name":"' : ',"type":"function","function":{"name":"').append(name);
    items.text(this.isMessages ? '","input":' : '","arguments":"');
    this.pieces.clear();
  }

  protected addPiece(kind: BlockKind, piece: Slice): void {
    if (kind == BlockKind.ToolUse) {
      this.pieces.append(piece);
      return;
    }
    if (kind == BlockKind.Text) this.content.append(piece);
    if (this.isMessages) this.items.append(piece);
    else if (kind == BlockKind.Thinking) this.reasoningText.append(piece);
  }

  protected writeSignature(value: Slice): void {
    if (!this.isMessages) {
      this.callSignature.clear();
      this.callSignature.append(value);
      return;
    }
    this.isSigned = true;
    this.items.text('","signature":"').append(value);
  }

  protected stopBlock(kind: BlockKind): void {
    const items = this.items;
    if (kind == BlockKind.ToolUse) {
      if (this.isMessages) writeInput(this.pieces.slice, items);
      else items.append(this.pieces.slice).text('"}');
      this.writeCallSignature();
      items.byte(0x7d);
    } else if (this.isMessages) {
      // Anthropic refuses blank texts.
      const isDropped = kind == BlockKind.Text && isBlank(subslice(items.slice, this.textStart));
      if (isDropped) items.size = this.blockStart;
      else items.text(kind == BlockKind.Thinking && !this.isSigned ? '","signature":""}' : '"}');
    }
  }

  protected writeEnd(): void {}

  protected writeFailure(status: i32, message: Slice, code: Slice): void {}

  /** Models of Google refuse a call without its signature. https://ai.google.dev/gemini-api/docs/thought-signatures#openai */
  private writeCallSignature(): void {
    const value = this.callSignature;
    if (!value.size) return;
    this.items.text(',"extra_content":{"google":{"thought_signature":"').append(value.slice).text('"}}');
    value.clear();
  }

  private beginItem(): void {
    this.blockStart = this.items.size;
    if (this.items.size) this.items.byte(COMMA);
  }
}

/** Appends the input of a tool as one line, as all of an exchange is: models write it with line feeds, too. */
function writeInput(content: Slice, out: ByteBuffer): void {
  input.release(KEPT_BYTES);
  writeArgumentsObject(content, input);
  compactJson(input.slice, out);
}
