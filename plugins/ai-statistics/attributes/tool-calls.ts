import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceIncludes, sliceSize } from "../../../assembly/bytes/slice";
import { ValueKind } from "../../../assembly/json/path-sink";
import { jsonValidate } from "../../../assembly/json/validate";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonGet,
  jsonInteger,
  JsonKind,
  jsonKind,
  jsonNext,
  jsonUtf8,
} from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";
import { BoundedText } from "./bounded-text";

/** The most calls of a response that are kept, and the longest name or id. */
const MOST_CALLS = 64;
const LONGEST_NAME = 256;

const scratch = new ByteBuffer();
const part = new ByteBuffer();

class ToolCall {
  readonly id: ByteBuffer = new ByteBuffer();
  readonly name: ByteBuffer = new ByteBuffer();
  readonly input: BoundedText;

  constructor(
    readonly index: i64,
    limit: i32,
  ) {
    this.input = new BoundedText(limit);
  }

  dispose(): void {
    this.id.dispose();
    this.name.dispose();
    this.input.dispose();
  }
}

/** The calls of tools of one response, put together from their pieces by their index. */
export class ToolCalls {
  private readonly calls: ToolCall[] = [];

  constructor(private readonly limit: i32) {}

  /** Whether there is none. */
  get isEmpty(): bool {
    return this.calls.length == 0;
  }

  /** Reads an event of a stream. */
  readEvent(data: Slice): void {
    const isChat = sliceIncludes(data, '"tool_calls"');
    const isMessages = sliceIncludes(data, '"tool_use"') || sliceIncludes(data, '"input_json_delta"');
    const isResponses = sliceIncludes(data, '"response.output_item.done"');
    const isGemini = sliceIncludes(data, '"functionCall"');
    if (!isChat && !isMessages && !isResponses && !isGemini) return;
    if (jsonValidate(data)) return;
    if (isChat) this.readChat(data);
    else if (isMessages) this.readMessages(data);
    else if (isResponses) this.readWhole(jsonGet(data, "item"));
    else this.readParts(data);
  }

  /** Reads an element of a whole response, if it is the call of a tool. */
  readWhole(item: Slice): void {
    if (jsonValidate(item)) return;
    const name = jsonGet(item, "function");
    const isUse = jsonEquals(jsonGet(item, "type"), "tool_use");
    const call = jsonGet(item, "functionCall");
    if (name != ABSENT) this.readCall(item, this.calls.length);
    else if (isUse) this.add(this.calls.length, jsonGet(item, "id"), jsonGet(item, "name"), jsonGet(item, "input"));
    else if (call != ABSENT) this.add(this.calls.length, ABSENT, jsonGet(call, "name"), jsonGet(call, "args"));
    else if (jsonEquals(jsonGet(item, "type"), "function_call"))
      this.add(this.calls.length, jsonGet(item, "call_id"), jsonGet(item, "name"), jsonGet(item, "arguments"));
  }

  /** Writes the list as OpenAI has it. */
  write(out: ByteBuffer): void {
    const writer = new JsonWriter(out);
    writer.beginArray();
    for (let i = 0; i < this.calls.length; i++) {
      const call = this.calls[i];
      writer
        .beginObject()
        .key("index")
        .integer(call.index)
        .key("id")
        .text(call.id.slice)
        .key("type")
        .string("function");
      part.clear();
      call.input.write(part);
      writer.key("function").beginObject().key("name").text(call.name.slice).key("arguments").text(part.slice);
      writer.endObject().endObject();
    }
    writer.endArray();
    part.release(LONGEST_NAME);
  }

  /** Frees the memory. */
  dispose(): void {
    for (let i = 0; i < this.calls.length; i++) this.calls[i].dispose();
    this.calls.length = 0;
  }

  private readChat(data: Slice): void {
    const choice = jsonFirst(jsonGet(data, "choices"));
    const calls = jsonGet(jsonGet(choice, "delta"), "tool_calls");
    for (let call = jsonFirst(calls); call != ABSENT; call = jsonNext(calls, call))
      this.readCall(call, jsonInteger(jsonGet(call, "index"), 0));
  }

  private readCall(call: Slice, index: i64): void {
    const called = jsonGet(call, "function");
    this.add(index, jsonGet(call, "id"), jsonGet(called, "name"), jsonGet(called, "arguments"));
  }

  private readMessages(data: Slice): void {
    const index = jsonInteger(jsonGet(data, "index"), 0);
    const block = jsonGet(data, "content_block");
    const piece = jsonGet(jsonGet(data, "delta"), "partial_json");
    if (jsonEquals(jsonGet(block, "type"), "tool_use"))
      this.add(index, jsonGet(block, "id"), jsonGet(block, "name"), ABSENT);
    else if (piece != ABSENT) this.add(index, ABSENT, ABSENT, piece);
  }

  private readParts(data: Slice): void {
    const parts = jsonGet(jsonGet(jsonFirst(jsonGet(data, "candidates")), "content"), "parts");
    for (let item = jsonFirst(parts); item != ABSENT; item = jsonNext(parts, item)) this.readWhole(item);
  }

  private add(index: i64, id: Slice, name: Slice, input: Slice): void {
    let call: ToolCall | null = null;
    for (let i = 0; i < this.calls.length; i++) if (this.calls[i].index == index) call = this.calls[i];
    if (!call) {
      if (this.calls.length == MOST_CALLS) return;
      call = new ToolCall(index, this.limit);
      this.calls.push(call);
    }
    keep(call.id, id);
    keep(call.name, name);
    scratch.clear();
    call.input.kind = ValueKind.Text;
    call.input.append(jsonKind(input) == JsonKind.Object ? input : jsonUtf8(input, scratch));
    scratch.release(LONGEST_NAME);
  }
}

function keep(buffer: ByteBuffer, text: Slice): void {
  if (buffer.size || !sliceSize(jsonContent(text)) || sliceSize(text) > LONGEST_NAME) return;
  scratch.clear();
  buffer.append(jsonUtf8(text, scratch));
}
