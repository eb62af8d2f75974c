import { ByteBuffer } from "../../../bytes/buffer";
import { Slice } from "../../../bytes/slice";
import { escapeJson } from "../../../json/writer";
import { sseEnd } from "../../../sse/encoder";
import { writeMessagesError } from "../../error";
import { BlockKind, BlockWriter } from "../../hub/block-writer";
import { ToolCall } from "../../hub/choices";
import { Citation } from "../../hub/citation";
import { writeNamedSignature } from "../../hub/signature";
import { writeCallId } from "../openai-chat/call-id";
import { writeCitation } from "./citation";
import { stopReason } from "./stop-reason";
import { writeMessagesUsage } from "./usage";

const PING = 'event: ping\ndata: {"type":"ping"}\n\n';

/**
 * Writes Anthropic's stream of events: `message_start` and a `ping`, for each block its start, deltas and stop, `message_delta` with the
 * reason and the usage, `message_stop`; an error ends it too. https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export class MessageEventWriter extends BlockWriter {
  override keepAlive(): void {
    this.out.text(PING);
  }

  protected writeStart(id: Slice): void {
    const out = this.out.text('event: message_start\ndata: {"type":"message_start","message":{"id":"').append(id);
    out.text('","type":"message","role":"assistant","model":"');
    escapeJson(this.model.slice, out);
    out.text('","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"output_tokens":0}}}');
    sseEnd(out);
    out.text(PING);
  }

  protected startBlock(kind: BlockKind): void {
    this.start();
    if (kind == BlockKind.Text) this.out.text('{"type":"text","text":""}}\n\n');
    else this.out.text('{"type":"thinking","thinking":"","signature":""}}\n\n');
  }

  protected startToolUse(call: ToolCall, id: Slice, name: Slice): void {
    this.start();
    const out = this.out.text('{"type":"tool_use","id":');
    writeCallId(out, id, this.id.slice, 0, call.index);
    out.text(',"name":"').append(name).text('","input":{}}}\n\n');
  }

  protected addPiece(kind: BlockKind, piece: Slice): void {
    this.startDelta();
    if (kind == BlockKind.Text) this.out.text('{"type":"text_delta","text":"');
    else if (kind == BlockKind.Thinking) this.out.text('{"type":"thinking_delta","thinking":"');
    else this.out.text('{"type":"input_json_delta","partial_json":"');
    this.out.append(piece).text('"}}\n\n');
  }

  protected writeSignature(value: Slice): void {
    this.startDelta();
    writeNamedSignature(this.reasoningFormat, value, this.out.text('{"type":"signature_delta","signature":"'));
    this.out.text('"}}\n\n');
  }

  protected override writeSource(citation: Citation, out: ByteBuffer): void {
    writeCitation(citation, out);
  }

  protected override onSource(source: Slice): void {
    this.startDelta();
    this.out.text('{"type":"citations_delta","citation":').append(source).text("}}\n\n");
  }

  protected stopBlock(kind: BlockKind): void {
    this.out.text('event: content_block_stop\ndata: {"type":"content_block_stop","index":').integer(this.index);
    this.out.text("}\n\n");
  }

  protected writeEnd(): void {
    const out = this.out.text('event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"');
    out.text(stopReason(this.reason)).text('","stop_sequence":null},"usage":');
    const counts = this.counts;
    if (counts) writeMessagesUsage(counts, out);
    else out.text('{"output_tokens":0}');
    out.text('}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n');
  }

  protected writeFailure(status: i32, message: Slice, code: Slice): void {
    this.out.text("event: error\ndata: ");
    writeMessagesError(this.out, status, message, true);
    sseEnd(this.out);
  }

  private start(): void {
    const text = 'event: content_block_start\ndata: {"type":"content_block_start","index":';
    this.out.text(text).integer(this.index).text(',"content_block":');
  }

  private startDelta(): void {
    const text = 'event: content_block_delta\ndata: {"type":"content_block_delta","index":';
    this.out.text(text).integer(this.index).text(',"delta":');
  }
}
