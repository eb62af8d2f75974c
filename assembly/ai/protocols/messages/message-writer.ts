import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice } from "../../../bytes/slice";
import { escapeJson } from "../../../json/writer";
import { writeMessagesError } from "../../error";
import { BlockKind, BlockWriter } from "../../hub/block-writer";
import { writeArgumentsObject } from "../../hub/arguments";
import { ToolCall } from "../../hub/choices";
import { Citation } from "../../hub/citation";
import { writeNamedSignature } from "../../hub/signature";
import { writeCallId } from "../openai-chat/call-id";
import { writeCitation } from "./citation";
import { stopReason } from "./stop-reason";
import { writeMessagesUsage } from "./usage";

const KEPT_BYTES = 4096;

/**
 * Writes Anthropic's message object: what its clients put together from the events of `MessageEventWriter` for the same
 * calls. https://platform.claude.com/docs/en/api/messages
 */
export class MessageWriter extends BlockWriter {
  /** The arguments of the open tool call, as the content of a JSON string. */
  private readonly pieces: ByteBuffer = new ByteBuffer();
  private signatureText: Slice = ABSENT;
  private from: i32 = 0;

  override free(): void {
    super.free();
    this.pieces.dispose();
  }

  protected writeStart(id: Slice): void {
    this.from = this.out.size;
    const out = this.out.text('{"id":"').append(id).text('","type":"message","role":"assistant","model":"');
    escapeJson(this.model.slice, out);
    out.text('","content":[');
  }

  protected startBlock(kind: BlockKind): void {
    this.separate();
    this.out.text(kind == BlockKind.Text ? '{"type":"text","text":"' : '{"type":"thinking","thinking":"');
  }

  protected startToolUse(call: ToolCall, id: Slice, name: Slice): void {
    this.separate();
    const out = this.out.text('{"type":"tool_use","id":');
    writeCallId(out, id, this.id.slice, 0, call.index);
    out.text(',"name":"').append(name).text('","input":');
    this.pieces.clear();
  }

  protected addPiece(kind: BlockKind, piece: Slice): void {
    if (kind == BlockKind.ToolUse) this.pieces.append(piece);
    else this.out.append(piece);
  }

  protected writeSignature(value: Slice): void {
    this.signatureText = value;
  }

  protected override writeSource(citation: Citation, out: ByteBuffer): void {
    writeCitation(citation, out);
  }

  protected stopBlock(kind: BlockKind): void {
    const out = this.out;
    if (kind == BlockKind.Text) {
      out.byte(0x22);
      if (this.sources.size) out.text(',"citations":[').append(this.sources.slice).byte(0x5d);
    } else if (kind == BlockKind.ToolUse) this.writeInput();
    else {
      out.text('","signature":"');
      if (this.signatureText != ABSENT) writeNamedSignature(this.reasoningFormat, this.signatureText, out);
      out.byte(0x22);
      this.signatureText = ABSENT;
    }
    out.byte(0x7d);
  }

  protected writeEnd(): void {
    const out = this.out
      .text('],"stop_reason":"')
      .text(stopReason(this.reason))
      .text('","stop_sequence":null,"usage":');
    const counts = this.counts;
    if (counts) writeMessagesUsage(counts, out);
    else out.text('{"input_tokens":0,"output_tokens":0}');
    out.byte(0x7d);
  }

  protected writeFailure(status: i32, message: Slice, code: Slice): void {
    this.out.size = this.from;
    writeMessagesError(this.out, status, message, true);
  }

  private separate(): void {
    if (this.index > 0) this.out.byte(0x2c);
  }

  private writeInput(): void {
    writeArgumentsObject(this.pieces.slice, this.out);
    this.pieces.release(KEPT_BYTES);
  }
}
