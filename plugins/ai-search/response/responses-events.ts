import { beginResponseEvent, endResponseEvent, ITEM_EVENTS, writeItemEvents } from "../../../assembly/ai/response-item";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceSize, slicesEqual } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { JsonError } from "../../../assembly/json/validate";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonGet,
  jsonInteger,
  JsonKind,
  jsonKind,
  jsonNext,
} from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";
import { CitationForm, Citations } from "./citations";
import { editItem, editOutput, editPart, referencesId, referencesText } from "./output-references";
import { Placement } from "./placement";
import { SourceList } from "./source-list";
import { placeReferences } from "./text-edit";

const KEPT_BYTES: i32 = 16 << 10;
const LONGEST_ID: i32 = 256;
const NONE: i32 = -1;
const QUOTE: u32 = 0x22;
const NUMBER = "sequence_number";

const document = new JsonDocument();
const edit = new JsonEdit();
const citations = new Citations();
const piece = new ByteBuffer();
const number = new ByteBuffer();

/** The events of OpenAI's Responses. https://platform.openai.com/docs/api-reference/responses-streaming */
export class ResponsesEvents {
  private readonly placement: Placement = new Placement();
  /** The item and the part whose text has the references before it; `NONE` until a text has begun. */
  private item: i32 = NONE;
  private part: i32 = NONE;
  /** The last item of the output: its index, the token of its id, and whether it has a text. */
  private last: i32 = NONE;
  private readonly id: ByteBuffer = new ByteBuffer();
  private hasText: bool = false;
  /** The annotations of the provider's in the open part. */
  private annotations: i32 = 0;
  /** The number of events that were added: the numbers of those that follow are so much higher. */
  private added: i32 = 0;
  /** Whether an event of Responses has come: then all events of the stream are. */
  hasBegun: bool = false;

  /** What `ChatEvents.edit` does. */
  edit(root: Slice, data: Slice, sources: SourceList, edited: ByteBuffer, out: ByteBuffer): bool {
    this.hasBegun = true;
    const type = jsonGet(root, "type");
    const isDelta = jsonEquals(type, "response.output_text.delta");
    if (isDelta && !this.added && this.passes(root, sources)) return false;
    if (document.parse(data) != JsonError.None) return false;
    edit.begin(document);
    if (isDelta) this.editDelta(root, sources);
    else if (jsonEquals(type, "response.output_text.done")) this.endText(root, sources, out);
    else if (jsonEquals(type, "response.output_item.added")) this.beginItem(root);
    else if (jsonEquals(type, "response.content_part.added")) this.annotations = 0;
    else if (jsonEquals(type, "response.output_text.annotation.added")) this.annotations++;
    else if (jsonEquals(type, "response.content_part.done")) this.endPart(root, sources);
    else if (jsonEquals(type, "response.output_item.done")) this.endItem(root, sources);
    else if (jsonEquals(type, "response.completed") || jsonEquals(type, "response.incomplete"))
      this.endResponse(root, sources, out);
    else if (jsonEquals(type, "response.failed") && !sources.isBehind)
      editOutput(edit, jsonGet(root, "response"), sources);
    this.renumber(root);
    if (!edit.changed) return false;
    edit.write(edited);
    return true;
  }

  /** Forgets the stream. */
  reset(): void {
    this.placement.reset();
    this.item = NONE;
    this.part = NONE;
    this.last = NONE;
    this.id.release(LONGEST_ID);
    this.hasText = false;
    this.annotations = 0;
    this.added = 0;
    this.hasBegun = false;
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.placement.dispose();
    this.id.dispose();
  }

  /** Whether a piece of text stays as it is. */
  private passes(root: Slice, sources: SourceList): bool {
    const delta = jsonGet(root, "delta");
    if (jsonKind(delta) == JsonKind.String && sliceSize(delta) > 2) this.hasText = true;
    if (sources.annotates || sources.isTail) return true;
    return this.item != NONE && (this.placement.isPlaced || !this.isPlace(root));
  }

  private editDelta(root: Slice, sources: SourceList): void {
    const delta = jsonGet(root, "delta");
    if (this.passes(root, sources) || jsonKind(delta) != JsonKind.String) return;
    const old = jsonContent(delta);
    if (this.item == NONE && sliceSize(old)) this.beginText(root);
    if (!this.isPlace(root)) return;
    piece.release(KEPT_BYTES);
    piece.byte(QUOTE);
    this.placement.write(old, false, sources, piece);
    piece.byte(QUOTE);
    if (!slicesEqual(delta, piece.slice)) edit.replace(delta, piece.slice);
  }

  /** What is held of the text, and all annotations, come before its end. */
  private endText(root: Slice, sources: SourceList, out: ByteBuffer): void {
    const text = jsonGet(root, "text");
    if (jsonKind(text) != JsonKind.String || sliceSize(text) == 2) return;
    this.hasText = true;
    if (sources.annotates) return this.annotate(root, text, sources, out);
    if (sources.isTail) return;
    if (this.item == NONE) this.beginText(root);
    if (!this.isPlace(root)) return;
    placeReferences(edit, text, sources);
    if (this.placement.hasEnded || !this.placement.hasText) return;
    piece.release(KEPT_BYTES);
    this.placement.write(ABSENT, true, sources, piece);
    if (!piece.size) return;
    this.beginEvent("response.output_text.delta", root, out);
    out.text(',"delta":"').append(piece.slice).text('","logprobs":[]');
    endResponseEvent(out);
  }

  private annotate(root: Slice, text: Slice, sources: SourceList, out: ByteBuffer): void {
    citations.reset();
    citations.push(jsonContent(text), sources.count);
    const list = sources.json;
    let index = 0;
    for (let source = jsonFirst(list); source != ABSENT; source = jsonNext(list, source)) {
      this.beginEvent("response.output_text.annotation.added", root, out);
      out.text(',"annotation_index":').integer(this.annotations++).text(',"annotation":');
      citations.writeOne(source, index++, CitationForm.Responses, new JsonWriter(out));
      endResponseEvent(out);
    }
  }

  private beginItem(root: Slice): void {
    this.last = <i32>jsonInteger(jsonGet(root, "output_index"));
    this.hasText = false;
    this.id.clear();
    const id = jsonGet(jsonGet(root, "item"), "id");
    if (sliceSize(id) <= LONGEST_ID) this.id.append(id);
  }

  private endPart(root: Slice, sources: SourceList): void {
    if (sources.annotates || (!sources.isTail && this.isPlace(root))) editPart(edit, jsonGet(root, "part"), sources);
  }

  private endItem(root: Slice, sources: SourceList): void {
    const isItem = this.item == <i32>jsonInteger(jsonGet(root, "output_index"));
    if (sources.annotates || (!sources.isTail && isItem)) editItem(edit, jsonGet(root, "item"), sources);
  }

  private endResponse(root: Slice, sources: SourceList, out: ByteBuffer): void {
    if (sources.isBehind) {
      if (!this.hasText) return;
      const sequence = this.nextNumber(root);
      writeItemEvents(out, referencesId(this.id.slice), this.last + 1, sequence, referencesText(sources));
      this.added += ITEM_EVENTS;
    }
    editOutput(edit, jsonGet(root, "response"), sources);
  }

  private beginText(root: Slice): void {
    this.item = <i32>jsonInteger(jsonGet(root, "output_index"));
    this.part = <i32>jsonInteger(jsonGet(root, "content_index"));
  }

  private isPlace(root: Slice): bool {
    if (this.item == NONE || this.item != <i32>jsonInteger(jsonGet(root, "output_index"))) return false;
    return this.part == <i32>jsonInteger(jsonGet(root, "content_index"));
  }

  /** Begins an event about the part of the event `root`, before which it comes. */
  private beginEvent(type: string, root: Slice, out: ByteBuffer): void {
    beginResponseEvent(out, type, this.nextNumber(root)).text(',"item_id":');
    const id = jsonGet(root, "item_id");
    if (jsonKind(id) == JsonKind.String) out.append(id);
    else out.text('""');
    out.text(',"output_index":').integer(jsonInteger(jsonGet(root, "output_index")));
    out.text(',"content_index":').integer(jsonInteger(jsonGet(root, "content_index")));
    this.added++;
  }

  private nextNumber(root: Slice): i32 {
    return <i32>jsonInteger(jsonGet(root, NUMBER)) + this.added;
  }

  private renumber(root: Slice): void {
    const token = jsonGet(root, NUMBER);
    if (!this.added || jsonKind(token) != JsonKind.Number) return;
    number.clear();
    edit.replace(token, number.integer(this.nextNumber(root)).slice);
  }
}
