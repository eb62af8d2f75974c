import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../bytes/slice";
import { ItemKind, ItemWriter } from "./item-writer";

const error = new ByteBuffer();

/**
 * Writes the stream of events of OpenAI's Responses: `response.created`, `response.in_progress`, for each output item its
 * beginning, its content and its end, then `response.completed`, `response.incomplete` or, after an error, `response.failed`.
 * The input of a custom tool comes in one piece. https://platform.openai.com/docs/api-reference/responses-streaming
 */
export class ResponseEventWriter extends ItemWriter {
  private sequence: i32 = 0;
  private hasStarted: bool = false;
  /** The annotations of the open item. */
  private sourceCount: i32 = 0;
  /** What each event with a piece of the open item begins with. */
  private readonly head: ByteBuffer = new ByteBuffer();

  override free(): void {
    super.free();
    this.head.dispose();
  }

  /** A comment: no event of this protocol says that nothing has happened. */
  override keepAlive(): void {
    this.out.text(": keep-alive\n\n");
  }

  protected onStart(): void {
    this.hasStarted = true;
    this.writeLifecycle("response.created", "in_progress", ABSENT);
    this.writeLifecycle("response.in_progress", "in_progress", ABSENT);
  }

  protected onItem(): void {
    this.sourceCount = 0;
    const out = this.start("response.output_item.added").text(',"output_index":').integer(this.index).text(',"item":');
    this.writeItem(out, false, "in_progress");
    this.finishEvent();
    if (this.hasParts) {
      this.startOfItem(this.isSummary ? "response.reasoning_summary_part.added" : "response.content_part.added");
      this.writePart(out.text(',"part":'), ABSENT);
      this.finishEvent();
    }
    this.writeHead();
  }

  protected onPiece(piece: Slice): void {
    const out = this.out.append(this.head.slice).append(piece);
    out.text(this.kindOfItem == ItemKind.Message ? '","logprobs":[],"sequence_number":' : '","sequence_number":');
    out.integer(this.sequence++).text("}\n\n");
  }

  protected override onSource(source: Slice): void {
    this.startOfItem("response.output_text.annotation.added");
    this.out.text(',"annotation_index":').integer(this.sourceCount++).text(',"annotation":').append(source);
    this.finishEvent();
  }

  protected onItemEnd(): void {
    const text = this.pieces.slice;
    this.startOfItem(this.doneName);
    const out = this.out.text(this.doneMember).append(text).byte(0x22);
    if (this.kindOfItem == ItemKind.Message) out.text(',"logprobs":[]');
    this.finishEvent();
    if (this.hasParts) {
      this.startOfItem(this.isSummary ? "response.reasoning_summary_part.done" : "response.content_part.done");
      this.writePart(out.text(',"part":'), text);
      this.finishEvent();
    }
    this.start("response.output_item.done").text(',"output_index":').integer(this.index).text(',"item":');
    this.writeItem(out, true, this.endStatus);
    this.finishEvent();
  }

  protected writeEnd(): void {
    const status = this.endStatus;
    this.writeLifecycle(status == "completed" ? "response.completed" : "response.incomplete", status, ABSENT);
  }

  protected writeFailure(status: i32, message: Slice, code: Slice): void {
    if (!this.hasStarted) this.begin(ABSENT);
    error.clear();
    error.text('{"code":"');
    if (sliceSize(code)) error.append(code);
    else error.text(errorCode(status));
    error.text('","message":"').append(message).text('"}');
    this.writeLifecycle("response.failed", "failed", error.slice);
  }

  /** Whether the open item has parts: a message or reasoning. */
  private get hasParts(): bool {
    return this.kindOfItem == ItemKind.Message || this.kindOfItem == ItemKind.Reasoning;
  }

  private get isSummary(): bool {
    return this.kindOfItem == ItemKind.Reasoning && this.asked.wantsSummary;
  }

  private get deltaName(): string {
    switch (this.kindOfItem) {
      case ItemKind.Message:
        return "response.output_text.delta";
      case ItemKind.Reasoning:
        return this.isSummary ? "response.reasoning_summary_text.delta" : "response.reasoning_text.delta";
      case ItemKind.FunctionCall:
        return "response.function_call_arguments.delta";
      default:
        return "response.custom_tool_call_input.delta";
    }
  }

  private get doneName(): string {
    switch (this.kindOfItem) {
      case ItemKind.Message:
        return "response.output_text.done";
      case ItemKind.Reasoning:
        return this.isSummary ? "response.reasoning_summary_text.done" : "response.reasoning_text.done";
      case ItemKind.FunctionCall:
        return "response.function_call_arguments.done";
      default:
        return "response.custom_tool_call_input.done";
    }
  }

  private get doneMember(): string {
    if (this.kindOfItem == ItemKind.FunctionCall) return ',"arguments":"';
    return this.kindOfItem == ItemKind.CustomCall ? ',"input":"' : ',"text":"';
  }

  private writeLifecycle(type: string, status: string, failure: Slice): void {
    this.writeResponse(this.start(type).text(',"response":'), status, failure);
    this.finishEvent();
  }

  /** Begins an event: its line, its type. */
  private start(type: string): ByteBuffer {
    return this.out.text("event: ").text(type).text('\ndata: {"type":"').text(type).byte(0x22);
  }

  /** Begins an event about the content of the open item. */
  private startOfItem(type: string): void {
    this.writePlace(this.start(type));
  }

  private writePlace(out: ByteBuffer): void {
    this.writeItemId(out.text(',"item_id":'));
    out.text(',"output_index":').integer(this.index);
    if (this.isSummary) out.text(',"summary_index":0');
    else if (this.hasParts) out.text(',"content_index":0');
  }

  private finishEvent(): void {
    this.out.text(',"sequence_number":').integer(this.sequence++).text("}\n\n");
  }

  private writeHead(): void {
    const head = this.head;
    const type = this.deltaName;
    head.clear();
    head.text("event: ").text(type).text('\ndata: {"type":"').text(type).byte(0x22);
    this.writePlace(head);
    head.text(',"delta":"');
  }
}

/** The code of an error whose provider gave none. https://platform.openai.com/docs/api-reference/responses/object */
function errorCode(status: i32): string {
  if (status == 429) return "rate_limit_exceeded";
  return status == 400 ? "invalid_prompt" : "server_error";
}
