import { ByteBuffer } from "../../../bytes/buffer";
import { constant } from "../../../bytes/constant";
import { ABSENT, Slice, sliceSize, trimmed } from "../../../bytes/slice";
import { unescapeJson } from "../../../json/string";
import { jsonValidate } from "../../../json/validate";
import { jsonContent, jsonGet, jsonKind, JsonKind } from "../../../json/value";
import { escapeJson } from "../../../json/writer";
import { BlockKind, BlockWriter } from "../../hub/block-writer";
import { Choice, ToolCall } from "../../hub/choices";
import { Citation } from "../../hub/citation";
import { FinishReason } from "../../hub/finish-reason";
import { REDACTED, writeNamedSignature } from "../../hub/signature";
import { writeUrlCitation } from "../openai-chat/annotation";
import { writeCallId } from "../openai-chat/call-id";
import { AskedResponse } from "./asked";
import { writeResponsesUsage } from "./usage";

/**
 * The most bytes of a response's items that are kept until its end, which repeats them all: three times in the events that
 * end an item, and once in the last event. A longer response ends there as incomplete. 384,000 tokens, the most that models
 * give today, are about 1.5 MB of English text. Measured: 50 MB of memory while such an end is written.
 */
const MOST_KEPT = 2 << 20;
/** The first allocation of what is kept; most responses are larger. */
const KEPT_BYTES = 4096;

/** The type of an output item. */
export const enum ItemKind {
  Message,
  Reasoning,
  FunctionCall,
  CustomCall,
}

// The members of a response object: constants, since they lie side by side in memory.
const ID = constant('{"id":"resp_');
const CREATED = constant('","object":"response","created_at":');
const STATUS = constant(',"status":"');
const ERROR = constant('","background":false,"error":');
const DETAILS = constant(',"incomplete_details":');
const MODEL = constant(',"instructions":null,"model":"');
const OUTPUT = constant('","output":[');
const STORE = constant('],"previous_response_id":null,"store":false');
const USAGE = constant(',"tools":[],"truncation":"disabled","usage":');

/** Holds the arguments of one call, which are decoded. */
const decoded = new ByteBuffer();

/**
 * Puts what a model says into the output items of OpenAI's Responses: a message for each text, reasoning, a call for each tool.
 * Subclasses tell the client of each step, or of the whole. https://platform.openai.com/docs/api-reference/responses/object
 */
export abstract class ItemWriter extends BlockWriter {
  /** The kind of the open item. */
  protected kindOfItem: ItemKind = ItemKind.Message;
  /** The text, the arguments or the input of the open item so far, as the content of a JSON string. */
  protected readonly pieces: ByteBuffer = new ByteBuffer();
  /** The items that have ended, as JSON values with commas between them. */
  private readonly items: ByteBuffer = new ByteBuffer();
  /** Members of the open item: `call_id`, `name` and the namespace of a call, `encrypted_content` of reasoning. */
  private readonly members: ByteBuffer = new ByteBuffer();
  /** Whether a message has ended: places in the choice's text are not those in the next one. */
  private hasMessage: bool = false;
  /** Whether the reasoning that is signed has no text: only the provider can read it. */
  private isRedacted: bool = false;

  /** `asked` outlives the writer; `hidesReasoning`: the client gets none. */
  constructor(
    protected readonly asked: AskedResponse,
    hidesReasoning: bool,
  ) {
    super(hidesReasoning);
  }

  override free(): void {
    super.free();
    this.pieces.dispose();
    this.items.dispose();
    this.members.dispose();
  }

  /** The response has begun. */
  protected abstract onStart(): void;
  /** The item that is open has begun. */
  protected abstract onItem(): void;
  /** A piece of the open item, which is in `pieces` already, unless it is the input of a custom tool. */
  protected abstract onPiece(piece: Slice): void;
  /** The open item has ended, and `pieces` is whole. */
  protected abstract onItemEnd(): void;

  protected writeStart(id: Slice): void {
    this.onStart();
  }

  protected startBlock(kind: BlockKind): void {
    this.members.clear();
    this.beginItem(kind == BlockKind.Text ? ItemKind.Message : ItemKind.Reasoning);
  }

  protected startToolUse(call: ToolCall, id: Slice, name: Slice): void {
    const tools = this.asked.tools;
    const at = tools.find(name);
    const members = this.members;
    members.clear();
    members.text(',"call_id":');
    writeCallId(members, id, this.id.slice, 0, call.index);
    members
      .text(',"name":"')
      .append(at < 0 ? name : tools.nameOf(at))
      .byte(0x22);
    const namespace = at < 0 ? ABSENT : tools.namespaceOf(at);
    if (sliceSize(namespace)) members.text(',"namespace":"').append(namespace).byte(0x22);
    this.beginItem(at >= 0 && tools.isCustom(at) ? ItemKind.CustomCall : ItemKind.FunctionCall);
  }

  protected addPiece(kind: BlockKind, piece: Slice): void {
    if (this.items.size + this.pieces.size + sliceSize(piece) > MOST_KEPT) {
      this.endEarly(FinishReason.Length);
      return;
    }
    this.pieces.append(piece);
    if (this.kindOfItem != ItemKind.CustomCall) this.onPiece(piece);
  }

  protected override writeSource(citation: Citation, out: ByteBuffer): void {
    if (this.hasMessage) citation.place(0, 0);
    out.text('{"type":"url_citation",');
    writeUrlCitation(citation, out);
    out.text('"}');
  }

  override redactedReasoning(choice: Choice, data: Slice): void {
    this.isRedacted = true;
    this.sign(choice, data, true);
    this.isRedacted = false;
  }

  protected writeSignature(value: Slice): void {
    if (this.items.size + sliceSize(value) > MOST_KEPT) return;
    const members = this.members.text(',"encrypted_content":"');
    writeNamedSignature(this.isRedacted ? this.reasoningFormat + REDACTED : this.reasoningFormat, value, members);
    members.byte(0x22);
  }

  protected stopBlock(kind: BlockKind): void {
    if (this.kindOfItem == ItemKind.CustomCall) this.readInput();
    else if (this.kindOfItem == ItemKind.FunctionCall && !this.pieces.size) {
      this.pieces.text("{}");
      this.onPiece(this.pieces.slice);
    }
    this.onItemEnd();
    if (kind == BlockKind.Text) this.hasMessage = true;
    const items = this.items;
    if (items.size) items.byte(0x2c);
    this.writeItem(items, true, this.endStatus);
    this.pieces.release(KEPT_BYTES);
  }

  /** Appends the id of the response's item at an index, with quotes. */
  protected writeItemId(out: ByteBuffer): void {
    switch (this.kindOfItem) {
      case ItemKind.Message:
        out.text('"msg_');
        break;
      case ItemKind.Reasoning:
        out.text('"rs_');
        break;
      case ItemKind.FunctionCall:
        out.text('"fc_');
        break;
      default:
        out.text('"ctc_');
    }
    out.append(this.id.slice).byte(0x5f).integer(this.index).byte(0x22);
  }

  /** Appends the open item, with `pieces` or as it is before its first part. */
  protected writeItem(out: ByteBuffer, isWhole: bool, status: string): void {
    const text = isWhole ? this.pieces.slice : ABSENT;
    out.text('{"id":');
    this.writeItemId(out);
    switch (this.kindOfItem) {
      case ItemKind.Message:
        out.text(',"type":"message","role":"assistant","content":[');
        if (isWhole) this.writePart(out, text);
        out.byte(0x5d);
        break;
      case ItemKind.Reasoning:
        out.text(
          this.asked.wantsSummary ? ',"type":"reasoning","summary":[' : ',"type":"reasoning","summary":[],"content":[',
        );
        if (isWhole) this.writePart(out, text);
        out.byte(0x5d).append(this.members.slice);
        break;
      case ItemKind.FunctionCall:
        out.text(',"type":"function_call"').append(this.members.slice).text(',"arguments":"').append(text).byte(0x22);
        break;
      default:
        out.text(',"type":"custom_tool_call"').append(this.members.slice).text(',"input":"').append(text).byte(0x22);
    }
    out.text(',"status":"').text(status).text('"}');
  }

  /** Appends the one part of a message or of reasoning. */
  protected writePart(out: ByteBuffer, text: Slice): void {
    if (this.kindOfItem == ItemKind.Message) {
      out.text('{"type":"output_text","annotations":[').append(this.sources.slice).text('],"logprobs":[],"text":"');
    } else if (this.asked.wantsSummary) out.text('{"type":"summary_text","text":"');
    else out.text('{"type":"reasoning_text","text":"');
    out.append(text).text('"}');
  }

  /** Appends the response object with the items that have ended. `error` is a JSON object, or ABSENT. */
  protected writeResponse(out: ByteBuffer, status: string, error: Slice): void {
    out.constant(ID).append(this.id.slice).constant(CREATED).integer(this.created);
    out.constant(STATUS).text(status).constant(ERROR);
    if (error == ABSENT) out.text("null");
    else out.append(error);
    out.constant(DETAILS);
    if (status != "incomplete") out.text("null");
    else if (this.reason == FinishReason.Length) out.text('{"reason":"max_output_tokens"}');
    else out.text('{"reason":"content_filter"}');
    out.constant(MODEL);
    escapeJson(this.model.slice, out);
    out.constant(OUTPUT).append(this.items.slice).constant(STORE);
    out.append(this.asked.members).constant(USAGE);
    writeResponsesUsage(this.counts, out);
    out.byte(0x7d);
  }

  /** The `status` of a response, or an item, that has ended without an error. */
  protected get endStatus(): string {
    const isCut = this.reason == FinishReason.Length || this.reason == FinishReason.ContentFilter;
    return isCut ? "incomplete" : "completed";
  }

  private beginItem(kind: ItemKind): void {
    this.kindOfItem = kind;
    this.onItem();
    if (this.items.size > MOST_KEPT) this.endEarly(FinishReason.Length);
  }

  /** Puts the input of a custom tool in the place of the arguments that the model gave; arguments of another form stay. */
  private readInput(): void {
    const pieces = this.pieces;
    decoded.release(KEPT_BYTES);
    unescapeJson(pieces.slice, decoded);
    if (!jsonValidate(decoded.slice) && jsonKind(trimmed(decoded.slice)) == JsonKind.Object) {
      const input = jsonGet(trimmed(decoded.slice), "input");
      if (jsonKind(input) == JsonKind.String) {
        pieces.clear();
        pieces.append(jsonContent(input));
      }
    }
    if (pieces.size) this.onPiece(pieces.slice);
  }
}
